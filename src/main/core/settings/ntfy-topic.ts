import { createHmac, randomBytes } from 'node:crypto';

/** Lower case without look-alikes (no i, l, o, u), because an owner may have to type it on a phone. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A topic nobody can guess: 26 characters of 5 random bits are 130 bits. Whoever knows a topic can
 * read it and write to it, so it is as good as a password.
 */
export function newNtfyTopic(): string {
  return `relay-${spelled(randomBytes(26))}`;
}

/**
 * Where the owner's phone writes to. It follows from the topic, so that there is one secret to keep
 * and none to lose; the way back does not exist.
 */
export function replyTopicOf(topic: string): string {
  const bytes = createHmac('sha256', topic).update('relay: replies').digest();
  return `relay-re-${spelled(bytes.subarray(0, 26))}`;
}

function spelled(bytes: Uint8Array): string {
  // 256 is a multiple of 32, so that no character is likelier than another.
  return [...bytes].map((byte) => alphabet[byte % alphabet.length]).join('');
}
