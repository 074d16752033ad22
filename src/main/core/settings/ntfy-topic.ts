import { randomBytes } from 'node:crypto';

/** Lower case without look-alikes (no i, l, o, u), because an owner may have to type it on a phone. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A topic nobody can guess: 26 characters of 5 random bits are 130 bits. Whoever knows a topic can
 * read it and write to it, so it is as good as a password.
 */
export function newNtfyTopic(): string {
  // 256 is a multiple of 32, so that no character is likelier than another.
  const characters = [...randomBytes(26)].map((byte) => alphabet[byte % alphabet.length]);
  return `relay-${characters.join('')}`;
}
