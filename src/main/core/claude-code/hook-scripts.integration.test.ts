import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { processStart } from './liveness.ts';
import { type FakeRelay, makeFakeRelay } from './testing/fake-relay.ts';
import { type HookProcess, startHook } from './testing/hook-process.ts';
import { isHookWaiting, reclaimAbandoned } from './waiting.ts';
import { wakeSession } from './wake.ts';

const session = 's-1';
const stop = { session_id: session, hook_event_name: 'Stop', last_assistant_message: 'Done.' };
const prompt = { session_id: session, hook_event_name: 'UserPromptSubmit', prompt: 'Go on' };

let relay: FakeRelay;
let home: string;
let hooks: HookProcess[];

beforeEach(() => {
  relay = makeFakeRelay();
  home = relay.home;
  hooks = [];
});
afterEach(async () => {
  for (const { child } of hooks) child.kill('SIGKILL');
  await Promise.all(hooks.map((hook) => hook.exited));
  relay.remove();
});

function run(script: string, input: object, options: Parameters<typeof startHook>[3] = {}) {
  const hook = startHook(home, script, input, options);
  hooks.push(hook);
  return hook;
}

/** A Stop hook that waits: its envelope has been seen. */
async function waitingHook(options: Parameters<typeof startHook>[3] = {}) {
  relay.start();
  const hook = run('stop.sh', stop, options);
  expect((await relay.next('Stop')).relay.waiting).toBe(true);
  expect(isHookWaiting(home, session)).toBe(true);
  return hook;
}

const dispatched = () => join(home, 'dispatch', session);
const contextOf = (stdout: string) => JSON.parse(stdout).hookSpecificOutput.additionalContext;

/** Every shell of this machine that may be somebody's /bin/sh. */
const shells = ['sh', 'dash', 'bash --posix', 'busybox sh', 'mksh']
  .map((line) => line.split(' '))
  .filter(([shell = '']) => spawnSync('which', [shell]).status === 0)
  .map((shell) => ({ name: shell.join(' '), shell }));

describe.each(shells)('the hooks in $name', ({ shell }) => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({
      unit: fc.constantFrom('\0', '\n', '\r', '"', '\\', '\u007f', '😀', 'é', '%', '$'),
    }),
  );

  it('hand over any text unchanged', async () => {
    relay.start();
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const hook = run('stop.sh', stop, { shell });
        await relay.next('Stop');
        relay.reply(session, text);
        const { code, stdout } = await hook.exited;
        expect(code).toBe(0);
        expect(contextOf(stdout)).toBe(text);
        expect(readdirSync(dispatched())).toEqual([]);
      }),
      { numRuns: 12 },
    );
  });

  it.each([
    ['x', 10_000, 0],
    ['x', 10_001, 2],
    ['😀', 5_000, 0],
    ['😀', 5_001, 2],
    ['中', 10_000, 0],
    ['中\n', 200_000, 2],
  ])('hand over %j times %i with exit %i', async (unit, times, expected) => {
    const text = unit.repeat(times);
    const hook = await waitingHook({ shell });
    relay.reply(session, text);
    const { code, stdout, stderr } = await hook.exited;
    expect(code).toBe(expected);
    expect(code === 0 ? contextOf(stdout) : stderr).toBe(text);
  });

  it('tell a living relay from a killed one and from a later process', async () => {
    const other = spawn('sleep', ['60']);
    await once(other, 'spawn');
    relay.start(other.pid);
    const hook = run('stop.sh', stop, { shell });
    await relay.next('Stop');
    relay.release(session);
    expect(await hook.exited).toEqual({ code: 0, stdout: '', stderr: '' });

    other.kill('SIGKILL');
    await once(other, 'exit');
    await run('stop.sh', stop, { shell }).exited;
    expect((await relay.next('Stop')).relay.waiting).toBe(false);

    writeFileSync(join(home, 'state', 'relay.alive'), `${process.pid} 1\n`);
    const { stdout } = await run('stop.sh', stop, { shell }).exited;
    expect(JSON.parse(stdout).systemMessage).toContain('queued');
    expect((await relay.next('Stop')).relay.waiting).toBe(false);
  });
});

describe('the Stop hook', () => {
  it('ends on release and leaves nothing', async () => {
    const hook = await waitingHook();
    relay.release(session);
    expect(await hook.exited).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(readdirSync(dispatched())).toEqual([]);
    expect(relay.has('state', 'waiting', session)).toBe(false);
  });

  it('is not ended by a release from before', async () => {
    relay.release(session);
    const hook = await waitingHook();
    relay.reply(session, 'Go on.');
    expect(contextOf((await hook.exited).stdout)).toBe('Go on.');
  });

  it('ends within a moment when the relay is stopped', async () => {
    const hook = await waitingHook();
    const stoppedAt = performance.now();
    relay.stop();
    expect(await hook.exited).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(performance.now() - stoppedAt).toBeLessThan(4_000);
  });

  it('keeps waiting while the relay starts anew', async () => {
    const hook = await waitingHook();
    const other = spawn('sleep', ['60']);
    await once(other, 'spawn');
    relay.stop();
    relay.start(other.pid);
    relay.reply(session, 'Here I am again.');
    expect(contextOf((await hook.exited).stdout)).toBe('Here I am again.');
    other.kill('SIGKILL');
  });

  it('ends when the Claude Code that ran it was killed, and takes no reply with it', async () => {
    const claude = spawn('sleep', ['60']);
    await once(claude, 'spawn');
    const hook = await waitingHook({ env: { CLAUDE_PID: String(claude.pid) } });
    claude.kill('SIGKILL');
    await hook.exited;
    relay.reply(session, 'Too late.');
    expect(readdirSync(dispatched())).toEqual(['input.txt']);
    expect(isHookWaiting(home, session)).toBe(false);
  });

  it('ends on TERM and takes its marker away', async () => {
    const hook = await waitingHook();
    hook.child.kill('SIGTERM');
    expect((await hook.exited).stdout).toBe('');
    expect(relay.has('state', 'waiting', session)).toBe(false);
  });

  it('puts a reply back when TERM comes while it hands it over', async () => {
    // An `awk` that takes its time is the stretch between claiming and handing over.
    const slow = join(home, '..', 'slow');
    mkdirSync(slow);
    writeFileSync(
      join(slow, 'awk'),
      '#!/bin/sh\n: >"$0.runs"\nsleep 0.5\nexec /usr/bin/awk "$@"\n',
      {
        mode: 0o755,
      },
    );
    const hook = await waitingHook({ env: { PATH: `${slow}:/usr/bin:/bin` } });
    relay.reply(session, 'Not to be lost.');
    await vi.waitUntil(() => existsSync(join(slow, 'awk.runs')), { timeout: 5_000 });
    hook.child.kill('SIGTERM');
    await hook.exited;
    expect(readdirSync(dispatched())).toEqual(['input.txt']);
    expect(readFileSync(join(dispatched(), 'input.txt'), 'utf8')).toBe('Not to be lost.');
  });

  it.each([
    ['short', 'Not to be lost.'],
    ['long', 'Not to be lost. '.repeat(20_000)],
  ])('puts a %s reply back when nobody listens any more', async (_, text) => {
    const hook = await waitingHook({ env: { CLAUDE_PID: '' } });
    hook.child.stdout?.destroy();
    hook.child.stderr?.destroy();
    relay.reply(session, text);
    await hook.exited;
    expect(readFileSync(join(dispatched(), 'input.txt'), 'utf8')).toBe(text);
    expect(readdirSync(dispatched())).toEqual(['input.txt']);
  });

  it('hands over what a killed hook had claimed', async () => {
    const gone = spawnSync('true').pid;
    mkdirSync(dispatched(), { recursive: true });
    writeFileSync(join(dispatched(), `.claimed-${gone}`), 'Left behind.');
    relay.start();
    const { stdout } = await run('stop.sh', stop).exited;
    expect(contextOf(stdout)).toBe('Left behind.');
    expect(readdirSync(dispatched())).toEqual([]);
  });

  it('yields to a later one of the same session, which alone gets the reply', async () => {
    const first = await waitingHook();
    const second = await waitingHook();
    expect((await first.exited).stdout).toBe('');
    relay.reply(session, 'Once.');
    expect(contextOf((await second.exited).stdout)).toBe('Once.');
  });

  it('does not let two claim one reply', async () => {
    relay.start();
    // Both take part although only one marker can stand: the claim alone must decide.
    mkdirSync(dispatched(), { recursive: true });
    writeFileSync(join(dispatched(), 'input.txt'), 'Once.');
    const both = [run('stop.sh', stop), run('stop.sh', stop)];
    await relay.next('Stop');
    await relay.next('Stop');
    await vi.waitUntil(() => readdirSync(dispatched()).length === 0, { timeout: 5_000 });
    relay.stop();
    const outputs = await Promise.all(both.map((hook) => hook.exited));
    expect(outputs.filter(({ stdout }) => stdout !== '')).toHaveLength(1);
  });
});

describe('the prompt hook', () => {
  it('ends the wait before the relay can see what was typed', async () => {
    const hook = await waitingHook();
    await run('prompt.sh', prompt).exited;
    expect(isHookWaiting(home, session)).toBe(false);
    expect((await relay.next('UserPromptSubmit')).prompt).toBe('Go on');
    relay.reply(session, 'Too late.');
    expect((await hook.exited).stdout).toBe('');
    expect(readdirSync(dispatched())).toEqual(['input.txt']);
  });

  it.each([
    ['a wake', { ...prompt, prompt: '<task-notification>\n<summary>' }, {}],
    ['what the relay itself resumed with', prompt, { RELAY_RESUME: session }],
  ])('takes no notice of %s', async (_, input, env) => {
    const hook = await waitingHook();
    expect(await run('prompt.sh', input, { env }).exited).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(readdirSync(join(home, 'queue'))).toEqual([]);
    expect(isHookWaiting(home, session)).toBe(true);
    hook.child.kill('SIGTERM');
  });

  it('is not deceived by a person who quotes a wake', async () => {
    const quote = { ...prompt, prompt: 'What is "prompt":"<task-notification> for?' };
    await run('prompt.sh', quote).exited;
    expect((await relay.next('UserPromptSubmit')).prompt).toBe(quote.prompt);
  });
});

describe('the wake hook', () => {
  const changed = { session_id: session, hook_event_name: 'FileChanged', event: 'add' };
  const start = { session_id: session, hook_event_name: 'SessionStart' };

  it('wakes with the reply, once', async () => {
    const { stdout } = await run('start.sh', start).exited;
    const watched = join(home, 'state', 'wake', session);
    expect(JSON.parse(stdout).hookSpecificOutput.watchPaths).toEqual([watched]);
    relay.reply(session, 'Wake up.\n');
    wakeSession(home, session);
    const woken = await run('wake.sh', changed).exited;
    expect(woken).toEqual({ code: 2, stdout: '', stderr: 'Wake up.\n' });
    expect(readdirSync(watched)).toEqual([]);
    expect(readdirSync(dispatched())).toEqual([]);
    expect((await run('wake.sh', changed).exited).code).toBe(0);
  });

  it('names a file for a text that Claude Code would cut', async () => {
    await run('start.sh', start).exited;
    relay.reply(session, 'long '.repeat(30_000));
    wakeSession(home, session);
    const { code, stderr } = await run('wake.sh', changed).exited;
    expect(code).toBe(2);
    const file = /whole of it in (.*) and act on it/.exec(stderr)?.[1] ?? '';
    expect(readFileSync(file, 'utf8')).toBe('long '.repeat(30_000));
  });

  it('leaves the reply to a Stop hook that waits', async () => {
    await run('start.sh', start).exited;
    const hook = await waitingHook();
    wakeSession(home, session);
    expect((await run('wake.sh', changed).exited).code).toBe(0);
    relay.reply(session, 'For the hook that waits.');
    expect(contextOf((await hook.exited).stdout)).toBe('For the hook that waits.');
  });

  it('touches nothing in print mode, which would throw the reply away', async () => {
    relay.reply(session, 'Stay.');
    mkdirSync(join(home, 'state', 'wake', session), { recursive: true });
    wakeSession(home, session);
    const env = { CLAUDE_CODE_SESSION_ATTENDED: '0' };
    expect((await run('wake.sh', changed, { env }).exited).code).toBe(0);
    expect(readdirSync(dispatched())).toEqual(['input.txt']);
  });
});

describe('every hook', () => {
  const scripts = ['stop.sh', 'prompt.sh', 'start.sh', 'event.sh', 'wake.sh'];
  const quiet = { code: 0, stdout: '', stderr: '' };

  it.each(scripts)('%s ends quietly when the home is gone', async (script) => {
    for (const name of ['queue', 'dispatch', 'state']) {
      rmSync(join(home, name), { recursive: true });
    }
    expect(await run(script, stop, { args: ['x'] }).exited).toEqual(quiet);
    expect(readdirSync(home)).toEqual(['hooks']);
  });

  it.each(['', '.', '..', '../../x', 'a b', 'ä', 'x'.repeat(129)])(
    'does nothing for the session id %j',
    async (id) => {
      relay.start();
      const env = { CLAUDE_CODE_SESSION_ID: id };
      for (const script of scripts) {
        expect(await run(script, stop, { env, args: ['x'] }).exited).toEqual(quiet);
      }
      expect(readdirSync(join(home, 'queue'))).toEqual([]);
    },
  );

  it('does nothing where RELAY_HOOKS is off', async () => {
    relay.start();
    const env = { RELAY_HOOKS: 'off' };
    expect(await run('stop.sh', stop, { env }).exited).toEqual(quiet);
  });

  it('writes envelopes that only their owner can read, whole and named by event', async () => {
    await run('event.sh', { ...stop, hook_event_name: 'SessionEnd' }, { args: ['end'] }).exited;
    const [name = ''] = readdirSync(join(home, 'queue'));
    expect(name).toMatch(/^\d+-end-\d+\.json$/);
    expect(statSync(join(home, 'queue', name)).mode & 0o777).toBe(0o600);
    const envelope = await relay.next('SessionEnd');
    expect(envelope).toMatchObject({ session_id: session, last_assistant_message: 'Done.' });
    expect(envelope.relay).toEqual({
      claudePid: process.pid,
      attended: true,
      hookPid: expect.any(Number),
      waiting: false,
    });
  });

  it('does its part in well under 50 ms', async () => {
    const input = { ...stop, last_assistant_message: 'x'.repeat(20_000) };
    for (const script of scripts) {
      const times: number[] = [];
      for (let round = 0; round < 9; round += 1) {
        const startedAt = performance.now();
        await run(script, input, { args: ['x'] }).exited;
        times.push(performance.now() - startedAt);
      }
      // The best, since what else the machine does is not the hook's.
      expect(Math.min(...times), `${script}: ${times.map(Math.round).join(' ')}`).toBeLessThan(30);
    }
  });
});

describe('a claim that nobody finished', () => {
  it('is put back once its hook is gone, and not while another reply lies there', () => {
    const gone = spawnSync('true').pid;
    expect(processStart(gone)).toBeUndefined();
    mkdirSync(dispatched(), { recursive: true });
    writeFileSync(join(dispatched(), `.claimed-${gone}`), 'Left behind.');
    relay.reply(session, 'Next.');
    expect(reclaimAbandoned(home, session)).toBe(false);
    rmSync(join(dispatched(), 'input.txt'));
    expect(reclaimAbandoned(home, session)).toBe(true);
    expect(readFileSync(join(dispatched(), 'input.txt'), 'utf8')).toBe('Left behind.');
  });

  it('is left to a hook that is at it, until that takes longer than it can', () => {
    mkdirSync(dispatched(), { recursive: true });
    writeFileSync(join(dispatched(), `.claimed-${process.pid}`), 'In use.');
    expect(reclaimAbandoned(home, session)).toBe(false);
    expect(reclaimAbandoned(home, session, Date.now() + 61_000)).toBe(true);
  });
});
