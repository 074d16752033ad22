import {
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
import { removeAlive, writeAlive } from '../liveness.ts';

/** What a hook wrote: Claude Code's own JSON, and what the hook put in front. */
export interface HookEnvelope {
  relay: { claudePid: number | null; attended: boolean | null; hookPid: number; waiting: boolean };
  session_id: string;
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
  /** Says that this process is the relay, or `pid` is. */
  start(pid?: number): void;
  stop(): void;
  /** The next envelope of that event that has not been asked for; waits for it. */
  next(event: string, deadlineMs?: number): Promise<HookEnvelope>;
  reply(sessionId: string, text: string | Buffer): void;
  release(sessionId: string): void;
  wake(sessionId: string): void;
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
  const unasked: HookEnvelope[] = [];
  let wakes = 0;

  function take(): void {
    const names = readdirSync(join(home, 'queue')).filter((name) => !name.startsWith('.'));
    for (const name of names.sort()) {
      const path = join(home, 'queue', name);
      const envelope = JSON.parse(readFileSync(path, 'utf8')) as HookEnvelope;
      rmSync(path);
      envelopes.push(envelope);
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
    wake: (sessionId) => {
      wakes += 1;
      put(join(home, 'state', 'wake', sessionId, `wake-${wakes}`), '');
    },
    has: (...path) => readdirSync(join(home, ...path.slice(0, -1))).includes(path.at(-1) ?? ''),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
