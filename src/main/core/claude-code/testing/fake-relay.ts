import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { vi } from 'vitest';
import { installHooks } from '../install-hooks.ts';
import { processStart, removeAlive, writeAlive } from '../liveness.ts';
import { WAKE_AGAIN_MS, wakeSession } from '../wake.ts';

/** What a hook wrote: Claude Code's own JSON, and what the hook put in front. */
export interface HookEnvelope {
  relay: { claudePid: number | null; attended: boolean | null; hookPid: number; waiting: boolean };
  session_id: string;
  transcript_path: string;
  hook_event_name: string;
  last_assistant_message?: string;
  prompt?: string;
  error?: string;
  source?: string;
  reason?: string;
}

/** The relay's side of the files between it and the hooks, by hand, for tests of the hooks. */
export interface FakeRelay {
  home: string;
  /** Every envelope taken so far, in order. */
  envelopes: HookEnvelope[];
  /** Every claude that a hook has named, by its number, with its start. */
  claudes: Map<number, string | undefined>;
  /** Says that this process is the relay, or `pid` is. */
  start(pid?: number): void;
  stop(): void;
  /** The next envelope of that event that has not been asked for; waits for it. */
  next(event: string, deadlineMs?: number): Promise<HookEnvelope>;
  reply(sessionId: string, text: string | Buffer): void;
  release(sessionId: string): void;
  /** Wakes the session as often as it takes until the reply is claimed. */
  wake(sessionId: string): Promise<boolean>;
  /** Sessions that have a marker of a waiting hook. */
  waiting(): string[];
  /** Paths in the home that exist, for looking at. */
  has(...path: string[]): boolean;
  remove(): void;
}

const resources = resolve(import.meta.dirname, '../../../../../resources');

export function makeFakeRelay(): FakeRelay {
  const folder = mkdtempSync(join(tmpdir(), 'relay-hooks-'));
  const home = join(folder, 'relay home');
  for (const name of ['queue', 'dispatch', 'state'])
    mkdirSync(join(home, name), { recursive: true });
  installHooks(home, resources);
  const envelopes: HookEnvelope[] = [];
  const claudes = new Map<number, string | undefined>();
  const unasked: HookEnvelope[] = [];

  function take(): void {
    const names = readdirSync(join(home, 'queue')).filter((name) => !name.startsWith('.'));
    for (const name of names.sort()) {
      const path = join(home, 'queue', name);
      const envelope = JSON.parse(readFileSync(path, 'utf8')) as HookEnvelope;
      rmSync(path);
      envelopes.push(envelope);
      const { claudePid } = envelope.relay;
      if (claudePid !== null && !claudes.has(claudePid)) {
        claudes.set(claudePid, processStart(claudePid));
      }
      unasked.push(envelope);
    }
  }

  function put(path: string, content: string | Buffer): void {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(join(path, '..', '.new'), content);
    renameSync(join(path, '..', '.new'), path);
  }

  return {
    home,
    envelopes,
    claudes,
    start: (pid) => writeAlive(home, pid),
    stop: () => removeAlive(home),
    next: (event, deadlineMs = 15_000) =>
      vi.waitUntil(
        () => {
          take();
          const at = unasked.findIndex((envelope) => envelope.hook_event_name === event);
          return at < 0 ? undefined : unasked.splice(at, 1)[0];
        },
        { timeout: deadlineMs, interval: 20 },
      ),
    reply: (sessionId, text) => put(join(home, 'dispatch', sessionId, 'input.txt'), text),
    release: (sessionId) => put(join(home, 'dispatch', sessionId, 'release'), ''),
    wake: (sessionId) =>
      vi.waitUntil(
        () => {
          if (!existsSync(join(home, 'dispatch', sessionId, 'input.txt'))) return true;
          wakeSession(home, sessionId);
          return false;
        },
        { timeout: 10_000, interval: WAKE_AGAIN_MS },
      ),
    waiting: () =>
      existsSync(join(home, 'state', 'waiting')) ? readdirSync(join(home, 'state', 'waiting')) : [],
    has: (...path) => readdirSync(join(home, ...path.slice(0, -1))).includes(path.at(-1) ?? ''),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
