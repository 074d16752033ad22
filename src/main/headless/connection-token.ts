import { chmod, readFile, writeFile } from 'node:fs/promises';
import { makeToken } from './one-time-tokens.ts';

/**
 * The secret that a browser keeps as its cookie once it came with a one-time token. It lives in
 * the home's `state/` (0600), so that an open page goes on after a restart of the relay on the
 * same port; deleting the file signs every browser out at the next start.
 */
export async function loadConnectionToken(path: string): Promise<string> {
  const kept = await readFile(path, 'utf8').catch(() => '');
  if (/^[\w-]{43}\n$/.test(kept)) {
    await chmod(path, 0o600);
    return kept.trim();
  }
  const token = makeToken();
  await writeFile(path, `${token}\n`, { mode: 0o600 });
  await chmod(path, 0o600);
  return token;
}
