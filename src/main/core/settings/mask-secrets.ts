import { type Secrets, secretNames } from './secrets.ts';

/** Shorter ones would mask half of every line; no key or topic of use is that short. */
const shortestMasked = 8;

/** The text with every secret in it replaced, also where it is written as JSON or in an address. */
export function maskSecrets(text: string, secrets: Secrets): string {
  let masked = text;
  for (const name of secretNames) {
    const value = secrets[name]?.secret.reveal();
    if (value === undefined || value.length < shortestMasked) continue;
    const asJson = JSON.stringify(value).slice(1, -1);
    for (const spelling of new Set([value, asJson, encodeURIComponent(value)])) {
      masked = masked.replaceAll(spelling, '[secret]');
    }
  }
  return masked;
}
