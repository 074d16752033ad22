import { createInterface } from 'node:readline';
import {
  type PlainSecrets,
  readSecretsLine,
  type SecretSource,
} from '#core/settings/secret-source.ts';

/**
 * The word of the desktop that started this relay as a child, on standard input: a line of secrets at
 * the start and whenever they change. Where the input ends, the desktop is gone, and `onEnd` is called.
 * Resolves with the first line.
 */
export async function readOwnerInput(
  input: NodeJS.ReadableStream,
  onEnd: () => void,
): Promise<SecretSource> {
  const listeners = new Set<() => void>();
  let secrets: PlainSecrets = {};
  const lines = createInterface({ input });
  lines.once('close', onEnd);
  await new Promise<void>((resolve) => {
    lines.once('close', resolve);
    lines.on('line', (line) => {
      secrets = readSecretsLine(line) ?? secrets;
      resolve();
      for (const listener of [...listeners]) listener();
    });
  });
  return {
    read: () => secrets,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
