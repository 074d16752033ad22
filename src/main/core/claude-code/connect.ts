import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { type Connection, readConnections, recordConnection } from './connection-record.ts';
import { addHooks, hooksPresent, removeHooks, undoHooks } from './hook-settings.ts';
import { done, failed, type Outcome } from './outcome.ts';
import { readSettingsFile, removeSettingsFile, writeSettingsFile } from './settings-file.ts';

/** Which sessions to connect: all of this user, or those started in one directory. */
export type ConnectScope = { kind: 'user'; claudeHome: string } | { kind: 'project'; dir: string };

/** A change to one settings file, to be shown before it is made. */
export interface Plan {
  readonly home: string;
  readonly file: string;
  /** The text now, `null` where there is no file. */
  readonly before: string | null;
  /** The text to be, `null` where the file goes. */
  readonly after: string | null;
  /** Unified; empty when there is nothing to change. */
  readonly diff: string;
  /** What the person should know about it; empty for nothing. */
  readonly note: string;
  /** What to remember; `undefined` when the plan disconnects. */
  readonly connection: Connection | undefined;
}

/** Where Relay's hooks are installed now. */
export interface ConnectedFile {
  file: string;
  kind: 'user' | 'project';
  /** `some`: the file was edited since, or is from another version; connecting again mends it. */
  present: 'all' | 'some';
}

const PROJECT_NOTE =
  'Claude Code reads this file only when it is started in that very directory, not in one below. ' +
  'It is your own file: keep it out of the repository.';

/** Where Claude Code keeps a user's settings: `CLAUDE_CONFIG_DIR`, or `~/.claude`. */
export function claudeHomeOf(env: NodeJS.ProcessEnv): string {
  return env.CLAUDE_CONFIG_DIR || join(env.HOME || homedir(), '.claude');
}

/** The settings file that {@link planConnect} would write to. */
export function settingsFileOf(scope: ConnectScope): string {
  return scope.kind === 'user'
    ? join(resolve(scope.claudeHome), 'settings.json')
    : join(resolve(scope.dir), '.claude', 'settings.local.json');
}

/** What connecting would change. Changes nothing; connected already, the diff is empty. */
export function planConnect(wanted: { home: string; scope: ConnectScope }): Outcome<Plan> {
  const { home, scope } = wanted;
  if (scope.kind === 'project' && !existsSync(scope.dir)) {
    return failed('project-missing', `There is no directory ${scope.dir}. Give one that exists.`);
  }
  const file = settingsFileOf(scope);
  const current = readSettingsFile(file);
  if (!current.ok) return current;
  const known = knownConnection(home, file);
  const bare = withoutHooks(current.value ?? '', home, known);
  const added = bare.ok ? addHooks(bare.value, home) : bare;
  if (!added.ok) return inFile(file, added);

  const { text: after, undo } = added.value;
  const connection: Connection = {
    file,
    kind: scope.kind,
    afterHash: hash(after),
    fileExisted: known?.fileExisted ?? current.value !== null,
    folderExisted: known?.folderExisted ?? existsSync(dirname(file)),
    undo,
  };
  const note = scope.kind === 'project' ? PROJECT_NOTE : '';
  return done(plan({ home, file, before: current.value, after, note, connection }));
}

/** What disconnecting one file would change; `file` as {@link connections} names it. */
export function planDisconnect(wanted: { home: string; file: string }): Outcome<Plan> {
  const { home, file } = wanted;
  const current = readSettingsFile(file);
  if (!current.ok) return current;
  const known = knownConnection(home, file);
  const bare = withoutHooks(current.value ?? '', home, known);
  if (!bare.ok) return inFile(file, bare);
  const isNothing = bare.value.trim() === '' || /^\s*\{\s*\}\s*$/.test(bare.value);
  const goes = current.value === null || (known?.fileExisted === false && isNothing);
  const after = goes ? null : bare.value;
  return done(plan({ home, file, before: current.value, after, note: '', connection: undefined }));
}

/**
 * Makes the change. Refuses when the file is not as it was when the plan was made; keeps its mode,
 * and writes through a symbolic link.
 */
export function applyPlan(change: Plan): Outcome<void> {
  const { home, file, before, after, connection } = change;
  const current = readSettingsFile(file);
  if (!current.ok) return current;
  if (current.value !== before) {
    return failed('settings-changed', `${file} has changed meanwhile. Look at the change again.`);
  }
  const known = knownConnection(home, file);
  // Remembered first: a crash in between leaves a record without hooks, never hooks without a record.
  if (connection !== undefined) recordConnection(home, file, connection);
  if (after !== before) {
    const written =
      after === null
        ? removeSettingsFile(file, known?.folderExisted === false)
        : writeSettingsFile(file, after);
    if (!written.ok) return written;
  }
  if (connection === undefined && known !== undefined) recordConnection(home, file);
  return done(undefined);
}

/**
 * Where the hooks of this home are, by looking into the files: those remembered, and the user's own
 * settings in any case.
 */
export function connections(home: string, env: NodeJS.ProcessEnv = process.env): ConnectedFile[] {
  const userFile = settingsFileOf({ kind: 'user', claudeHome: claudeHomeOf(env) });
  const candidates = new Map<string, 'user' | 'project'>([[userFile, 'user']]);
  for (const { file, kind } of readConnections(home)) candidates.set(file, kind);
  return [...candidates].flatMap(([file, kind]) => {
    const text = readSettingsFile(file);
    const present = hooksPresent(text.ok ? (text.value ?? '') : '', home);
    return present === 'none' ? [] : [{ file, kind, present }];
  });
}

function withoutHooks(text: string, home: string, known?: Connection): Outcome<string> {
  if (known !== undefined && hash(text) === known.afterHash) {
    return done(undoHooks(text, known.undo));
  }
  return removeHooks(text, home, known?.undo);
}

const knownConnection = (home: string, file: string) =>
  readConnections(home).find((connection) => connection.file === file);

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

function inFile(file: string, { problem }: Extract<Outcome<never>, { ok: false }>): Outcome<never> {
  return failed(
    problem.code,
    `${file} ${problem.message}, so Claude Code does not read it either. Mend it, then try again.`,
  );
}

function plan(parts: Omit<Plan, 'diff'>): Plan {
  const { file, before, after } = parts;
  const diff =
    before === after
      ? ''
      : createTwoFilesPatch(
          before === null ? '/dev/null' : file,
          after === null ? '/dev/null' : file,
          before ?? '',
          after ?? '',
        ).replace(/^=+\n/, '');
  return { ...parts, diff };
}
