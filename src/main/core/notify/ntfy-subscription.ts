/** Where a topic is read, for a browser, the app and a QR code. */
export interface NtfySubscription {
  /** Opens in a browser; the app can scan it too. */
  webUrl: string;
  /** Opens the app on a phone that has it. */
  appUrl: string;
  /** For a person to read, several lines, no line break at the end. */
  text: string;
}

/** How to subscribe to a topic; what `relay topic` and the settings view show. */
export function describeSubscription(server: string, topic: string): NtfySubscription {
  const base = server.replace(/\/+$/, '');
  const webUrl = `${base}/${topic}`;
  const appUrl = `ntfy://${base.replace(/^https?:\/\//, '')}/${topic}${base.startsWith('http://') ? '?secure=false' : ''}`;
  const isOwnServer = base !== 'https://ntfy.sh';
  const text = [
    `Topic:  ${topic}`,
    `Server: ${base}`,
    '',
    'On a phone: install the app "ntfy", tap +, and enter the topic' +
      (isOwnServer ? ' with "use another server".' : '.'),
    `In a browser: ${webUrl}`,
    `In a terminal: curl -s ${webUrl}/json`,
    '',
    'Whoever knows the topic can read your notifications, and send you some: keep it to yourself.',
    'To change it, set RELAY_NTFY_TOPIC in .env.',
  ].join('\n');
  return { webUrl, appUrl, text };
}
