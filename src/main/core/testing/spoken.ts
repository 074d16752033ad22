import type { MessagesCall } from '#demo/messages-api.ts';

/** The session whose words stand last in what the supervisor is sent. */
export function speakerOf({ lastText }: MessagesCall): string {
  return [...lastText.matchAll(/<session id="([^"]+)"/g)].at(-1)?.[1] ?? '';
}

/** Everything a call sends, as one text. */
export function wholeText({ body }: MessagesCall): string {
  return JSON.stringify(body.messages);
}

/** A promise and what settles it, to hold an answer of the API back. */
export function gate(): { closed: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { closed: promise, open: resolve };
}

/** Waits short enough for tests. */
export const quickFaults = `faults:
  firstWaitSeconds: 0.05
  longestWaitSeconds: 0.2
  tellOwnerAfterSeconds: 0.3
  recheckSeconds: 0.3
`;
