import { isDeepStrictEqual } from 'node:util';
import {
  type SettingPath,
  type Settings,
  settingDefinitions,
  settingValue,
} from '#shared/settings.ts';
import { type EditResult, editInstructions, editSecret, editSetting } from './edits.ts';
import { watchFiles } from './file-watch.ts';
import type { Home } from './home.ts';
import { type HomeFiles, readHomeFiles } from './home-files.ts';
import { type ResolvedSettings, resolveSettings, type SettingOrigin } from './layers.ts';
import type { PlainSecrets, SecretSource } from './secret-source.ts';
import { readSecrets, type SecretName, type Secrets, secretNames } from './secrets.ts';

/** The settings as they are now, all places and fallbacks applied. Frozen. */
export type EffectiveSettings = Settings;

export interface SettingsChange {
  /** The settings whose value is another now. */
  settings: readonly SettingPath[];
  secrets: readonly SecretName[];
  /** Whether supervisor.md reads otherwise. */
  instructions: boolean;
  /** Whether `problems()` are others. */
  problems: boolean;
}

export interface SettingsStore {
  current(): EffectiveSettings;
  origin(path: SettingPath): SettingOrigin;
  /** The supervisor's standing instructions (supervisor.md). */
  instructions(): string;
  secrets(): Secrets;
  /** Sentences for the owner about what cannot be used; empty when all is well. */
  problems(): readonly string[];
  /** Called after each change, in the order of subscription. Returns how to stop. */
  onChange(listener: (change: SettingsChange) => void): () => void;
  /** Writes one setting to config.yaml, comments and order kept; in force when it returns. */
  set(path: string, value: unknown): EditResult;
  /** Writes one secret to .env, other lines kept; null takes it out. In force when it returns. */
  setSecret(name: SecretName, value: string | null): EditResult;
  /** Writes supervisor.md; in force when it returns. */
  setInstructions(text: string): EditResult;
  close(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The settings and secrets of an opened home, kept up to date while its files are edited.
 * @param environment read once; pass `process.env`.
 * @param keychain secrets that the host keeps elsewhere.
 */
export function watchSettings(
  home: Home,
  environment: Environment,
  keychain?: SecretSource,
): SettingsStore {
  const listeners = new Set<(change: SettingsChange) => void>();
  // Watched before the first reading, so that no edit falls between the two.
  const watch = watchFiles([home.config, home.dotEnv, home.instructions], reload);
  const read = (before?: Snapshot) =>
    readSnapshot(home, environment, keychain?.read() ?? {}, before);
  let snapshot = read();
  const leaveKeychain = keychain?.onChange(reload);

  function reload(): void {
    const before = snapshot;
    snapshot = read(before);
    const change = difference(before, snapshot);
    if (change === undefined) return;
    for (const listener of [...listeners]) tell(listener, change);
  }

  function afterEdit(result: EditResult): EditResult {
    if (result.ok) reload();
    return result;
  }

  const origin = (path: SettingPath) => snapshot.resolved.origins.get(path) ?? 'default';
  return {
    current: () => snapshot.resolved.settings,
    origin,
    instructions: () => snapshot.files.instructions,
    secrets: () => snapshot.secrets,
    problems: () => snapshot.problems,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set: (path, value) => afterEdit(editSetting(home, path, value, origin)),
    setSecret: (name, value) =>
      afterEdit(editSecret(home, name, value, snapshot.secrets[name]?.origin)),
    setInstructions: (text) => afterEdit(editInstructions(home, text)),
    close() {
      leaveKeychain?.();
      return watch.close();
    },
  };
}

interface Snapshot {
  files: HomeFiles;
  resolved: ResolvedSettings;
  secrets: Secrets;
  problems: readonly string[];
}

function readSnapshot(
  home: Home,
  environment: Environment,
  keychain: PlainSecrets,
  before: Snapshot | undefined,
): Snapshot {
  const files = readHomeFiles(home, before?.files);
  const { config, dotEnv } = files;
  const resolved = resolveSettings({ environment, dotEnv, config }, before?.resolved);
  const { secrets, problems } = readSecrets(environment, dotEnv, keychain);
  freeze(resolved.settings);
  return {
    files,
    resolved,
    secrets,
    problems: [...files.problems, ...resolved.problems, ...problems],
  };
}

/** So that nobody who is given the settings can change them for all others. */
function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
}

function difference(before: Snapshot, after: Snapshot): SettingsChange | undefined {
  const valueIn = (one: Snapshot, path: SettingPath) => settingValue(one.resolved.settings, path);
  const change: SettingsChange = {
    settings: settingDefinitions
      .map((definition) => definition.path)
      .filter((path) => !isDeepStrictEqual(valueIn(before, path), valueIn(after, path))),
    secrets: secretNames.filter((name) => !isSameSecret(name, before.secrets, after.secrets)),
    instructions: before.files.instructions !== after.files.instructions,
    problems: !isDeepStrictEqual(before.problems, after.problems),
  };
  const { settings, secrets, instructions, problems } = change;
  return settings.length + secrets.length > 0 || instructions || problems ? change : undefined;
}

function isSameSecret(name: SecretName, before: Secrets, after: Secrets): boolean {
  const [old, now] = [before[name]?.secret, after[name]?.secret];
  return old === undefined ? now === undefined : old.equals(now);
}

/** A listener that throws is a bug; it must not keep the change from the others. */
function tell(listener: (change: SettingsChange) => void, change: SettingsChange): void {
  try {
    listener(change);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
