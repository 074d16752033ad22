import { readFileSync } from 'node:fs';
import { safeStorage } from 'electron';
import { z } from 'zod';
import type { PlainSecrets, SecretSource } from '#core/settings/secret-source.ts';
import type { SecretName } from '#core/settings/secrets.ts';
import { replaceFile } from '#core/settings/whole-file.ts';

const SealedSecrets = z.record(z.string(), z.base64());

/** The keys, sealed with a key that the system's keychain holds. */
export interface Keychain extends SecretSource {
  /** A sentence when this system has no keychain that can be used; undefined when it has. */
  whyNot(): string | undefined;
  set(name: SecretName, value: string): { ok: true } | { ok: false; message: string };
}

/** @param path where the sealed secrets are kept. Electron must be ready. */
export function openKeychain(path: string): Keychain {
  const listeners = new Set<() => void>();
  let sealed = readSealed(path);
  let plain = whyNoKeychain() === undefined ? unsealAll(sealed) : {};
  return {
    whyNot: whyNoKeychain,
    read: () => plain,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set(name, value) {
      try {
        const added = safeStorage.encryptString(value).toString('base64');
        replaceFile(path, JSON.stringify({ ...sealed, [name]: added }), 0o600);
        sealed = { ...sealed, [name]: added };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return { ok: false, message: `The keychain did not take the key: ${why}` };
      }
      plain = { ...plain, [name]: value };
      for (const listener of [...listeners]) listener();
      return { ok: true };
    },
  };
}

/** Without a keyring Chromium on Linux would seal with a password that is in its source. */
function whyNoKeychain(): string | undefined {
  const backend = process.platform === 'linux' ? safeStorage.getSelectedStorageBackend() : 'system';
  if (safeStorage.isEncryptionAvailable() && backend !== 'basic_text') return undefined;
  return 'This system has no keychain that Relay can use, so keys are kept in .env (mode 0600).';
}

function readSealed(path: string): Record<string, string> {
  try {
    return SealedSecrets.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return {};
  }
}

/** What another keychain sealed (a copied home) cannot be read, and is left out. */
function unsealAll(sealed: Record<string, string>): PlainSecrets {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(sealed)) {
    try {
      plain[name] = safeStorage.decryptString(Buffer.from(value, 'base64'));
    } catch {
      console.error(`${name} cannot be read from the keychain; enter it again in Settings.`);
    }
  }
  return plain;
}
