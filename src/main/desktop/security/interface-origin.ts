/** The interface's own scheme: no file is reachable by it but those of the built interface. */
export const interfaceScheme = 'relay';
export const interfaceHost = 'app';
export const interfaceUrl = `${interfaceScheme}://${interfaceHost}/`;

/** Whether an address is one of the interface's own. */
export function isInterfaceUrl(address: string): boolean {
  const url = parseAddress(address);
  return (
    url !== undefined &&
    url.protocol === `${interfaceScheme}:` &&
    url.host === interfaceHost &&
    url.username === '' &&
    url.password === ''
  );
}

/** The address as it may be given to the shell, or undefined: `https:` and nothing else. */
export function outsideAddress(address: string): string | undefined {
  const url = parseAddress(address);
  return url?.protocol === 'https:' && url.hostname !== '' ? url.href : undefined;
}

/** The address in its parts, or undefined. (`URL.parse` is younger than the oldest runtime.) */
function parseAddress(address: string): URL | undefined {
  return URL.canParse(address) ? new URL(address) : undefined;
}
