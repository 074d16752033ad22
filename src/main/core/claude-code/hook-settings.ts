import type { Edit } from 'jsonc-parser';
import { z } from 'zod';
import { deepestJson, isJsonDeeper } from '../json-depth.ts';
import {
  CAP_LIFTED,
  CAP_VARIABLE,
  type HookBlock,
  hookBlock,
  isRelayCommand,
} from './hook-commands.ts';
import { appending, applyInTurn, inverse, removing, replacing } from './json-text.ts';
import { done, failed, type Outcome } from './outcome.ts';

/** What has to be remembered about a settings file to leave it as it was found. */
export const Undo = z.object({
  /** Leads back to the byte from the text that connecting made; one edit after the other. */
  edits: z.array(z.object({ offset: z.number(), length: z.number(), content: z.string() })),
  /** Events that had a list of hooks before, empty perhaps. */
  events: z.array(z.string()),
  hadHooks: z.boolean(),
  hadEnv: z.boolean(),
  /** What stood where Relay lifts the limit of continuations; `null` for nothing. */
  cap: z.union([z.string(), z.number(), z.null()]),
});
export type Undo = z.infer<typeof Undo>;

/** The part of Claude Code's settings that Relay reads; it is their file, so the rest is theirs. */
const Settings = z.looseObject({
  hooks: z
    .record(z.string(), z.array(z.looseObject({ hooks: z.array(z.unknown()).optional() })))
    .optional(),
  env: z.record(z.string(), z.unknown()).optional(),
});
type Settings = z.infer<typeof Settings>;

/**
 * The settings with Relay's hooks in them, and the way back. `text` is the file as it is, `''` when
 * there is none. It must hold none of Relay's hooks yet ({@link removeHooks} first).
 */
export function addHooks(text: string, home: string): Outcome<{ text: string; undo: Undo }> {
  const read = readSettings(text);
  if (!read.ok) return read;
  const { hooks, env } = read.value;
  const cap = env?.[CAP_VARIABLE];
  const changes: ((text: string) => Edit)[] = [];
  if (text.trim() === '') {
    changes.push((now) => ({ offset: 0, length: now.length, content: '{\n}\n' }));
  }
  changes.push(...hookAdditions(hooks, hookBlock(home)));
  if (env === undefined) {
    changes.push((now) => appending(now, [], { [CAP_VARIABLE]: CAP_LIFTED }, 'env'));
  } else if (cap === undefined) {
    changes.push((now) => appending(now, ['env'], CAP_LIFTED, CAP_VARIABLE));
  } else if (cap !== CAP_LIFTED) {
    changes.push((now) => replacing(now, ['env', CAP_VARIABLE], CAP_LIFTED));
  }
  const { after, back } = applyChanges(text, changes);
  const undo: Undo = {
    edits: back,
    events: Object.keys(hooks ?? {}),
    hadHooks: hooks !== undefined,
    hadEnv: env !== undefined,
    cap: typeof cap === 'string' || typeof cap === 'number' ? cap : null,
  };
  return done({ text: after, undo });
}

/**
 * The settings without what the relay of this home wrote, and with everything else as it is: for a
 * file that has been edited since, or of which nothing is remembered. What Relay did not make
 * (`undo`) stays, even if it is empty now.
 */
export function removeHooks(text: string, home: string, undo?: Undo): Outcome<string> {
  const read = readSettings(text);
  if (!read.ok) return read;
  const { hooks = {}, env = {} } = read.value;
  const removals = hookRemovals(hooks, home, undo);
  if (removals.length === 0) return done(text);
  const changes = removals.map((path) => (now: string) => removing(now, path));
  if (env[CAP_VARIABLE] === CAP_LIFTED && undo?.cap !== CAP_LIFTED) {
    const alone = Object.keys(env).length === 1 && !undo?.hadEnv;
    const path = alone ? ['env'] : ['env', CAP_VARIABLE];
    changes.push((now) =>
      typeof undo?.cap === 'string' || typeof undo?.cap === 'number'
        ? replacing(now, path, undo.cap)
        : removing(now, path),
    );
  }
  return done(applyChanges(text, changes).after);
}

/** Takes connecting back to the byte; only for the very text that {@link addHooks} made. */
export function undoHooks(text: string, undo: Undo): string {
  return applyInTurn(text, undo.edits);
}

/** How many of Relay's hooks the settings hold, of how many: all, some or none. */
export function hooksPresent(text: string, home: string): 'all' | 'some' | 'none' {
  const read = readSettings(text);
  const hooks = read.ok ? (read.value.hooks ?? {}) : {};
  const wanted = Object.entries(hookBlock(home)).flatMap(([event, groups]) =>
    groups.flatMap((group) => group.hooks.map((hook) => ({ event, command: hook.command }))),
  );
  const found = wanted.filter(({ event, command }) =>
    hooks[event]?.some((group) => group.hooks?.some((hook) => commandOf(hook) === command)),
  );
  if (found.length === wanted.length) return 'all';
  return hookRemovals(hooks, home).length > 0 ? 'some' : 'none';
}

/** Claude Code reads plain JSON: a comment or a comma too many makes it drop the whole file. */
function readSettings(text: string): Outcome<Settings> {
  if (text.trim() === '') return done({});
  if (isJsonDeeper(Buffer.from(text), deepestJson)) {
    return failed('settings-malformed', `is nested more than ${deepestJson} levels deep`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return failed('settings-malformed', `is not valid JSON (${why})`);
  }
  const parsed = Settings.safeParse(value);
  if (parsed.success) return done(parsed.data);
  const where = parsed.error.issues[0]?.path.join('.') || 'the whole';
  return failed('settings-malformed', `has something unexpected at ${where}`);
}

function hookAdditions(hooks: Settings['hooks'], block: HookBlock): ((text: string) => Edit)[] {
  if (hooks === undefined) return [(now) => appending(now, [], block, 'hooks')];
  return Object.entries(block).flatMap(([event, groups]) =>
    hooks[event] === undefined
      ? [(now: string) => appending(now, ['hooks'], groups, event)]
      : groups.map((group) => (now: string) => appending(now, ['hooks', event], group)),
  );
}

/** Paths to remove, the last first, so that none moves another. */
function hookRemovals(
  hooks: NonNullable<Settings['hooks']>,
  home: string,
  undo?: Undo,
): (string | number)[][] {
  const isOurs = (hook: unknown) => isRelayCommand(commandOf(hook), home);
  const emptied = new Set<string>();
  const removals = Object.entries(hooks).flatMap(([event, groups]) => {
    const paths = groups.flatMap(({ hooks: entries = [] }, at) => {
      const ours = entries.flatMap((entry, index) => (isOurs(entry) ? [index] : []));
      if (ours.length === 0) return [];
      if (ours.length === entries.length) return [['hooks', event, at]];
      return ours.map((index) => ['hooks', event, at, 'hooks', index]);
    });
    const goes = paths.length > 0 && paths.filter(isGroupPath).length === groups.length;
    if (!goes || undo?.events.includes(event)) return paths;
    emptied.add(event);
    return [['hooks', event]];
  });
  if (emptied.size > 0 && emptied.size === Object.keys(hooks).length && !undo?.hadHooks) {
    return [['hooks']];
  }
  return removals.reverse();
}

const isGroupPath = (path: readonly unknown[]) => path.length === 3;

function commandOf(hook: unknown): unknown {
  return typeof hook === 'object' && hook !== null && 'command' in hook ? hook.command : undefined;
}

function applyChanges(text: string, changes: readonly ((text: string) => Edit)[]) {
  let after = text;
  const back: Edit[] = [];
  for (const change of changes) {
    const edit = change(after);
    back.unshift(inverse(after, edit));
    after = applyInTurn(after, [edit]);
  }
  return { after, back };
}
