import { type SecretName, secretNames } from './secrets.ts';

/** Secrets by name, in the clear. Never logged, never stored by whoever holds one. */
export type PlainSecrets = Readonly<Partial<Record<SecretName, string>>>;

/**
 * Secrets from outside the home: the desktop's, which keeps them in the system's keychain. They come
 * after the environment and `.env`, so that what stands in a file still counts.
 */
export interface SecretSource {
  read(): PlainSecrets;
  /** Returns how to stop listening. */
  onChange(listener: () => void): () => void;
}

/** The secrets as one line for the standard input of a relay in a child process. */
export function writeSecretsLine(secrets: PlainSecrets): string {
  return `${JSON.stringify({ secrets })}\n`;
}

/** Reads such a line; undefined where it is none. Keeps only names that are known. */
export function readSecretsLine(line: string): PlainSecrets | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed !== 'object' || parsed === null || !('secrets' in parsed)) return undefined;
    const { secrets } = parsed;
    if (typeof secrets !== 'object' || secrets === null) return undefined;
    const given = new Map<string, unknown>(Object.entries(secrets));
    return Object.fromEntries(
      secretNames.flatMap((name) => {
        const value = given.get(name);
        return typeof value === 'string' ? [[name, value]] : [];
      }),
    );
  } catch {
    return undefined;
  }
}
