import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits, as text that needs no escaping in an address or a cookie. */
export function makeToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Compares in constant time, whatever the lengths. */
export function isSameToken(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Asking for more addresses than this without opening them makes the oldest ones void. */
const maxOutstanding = 32;

/** Tokens for addresses that open the interface; each is good once, in this process only. */
export class OneTimeTokens {
  readonly #outstanding: string[] = [];

  issue(): string {
    const token = makeToken();
    this.#outstanding.push(token);
    if (this.#outstanding.length > maxOutstanding) this.#outstanding.shift();
    return token;
  }

  /** Whether the token was outstanding; afterwards it no longer is. */
  redeem(token: string): boolean {
    const index = this.#outstanding.findIndex((known) => isSameToken(known, token));
    if (index === -1) return false;
    this.#outstanding.splice(index, 1);
    return true;
  }
}
