import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { applyPlan, planDisconnect } from './connect.ts';
import { pluginFolder } from './install-hooks.ts';
import { processStart } from './liveness.ts';
import { type ConnectedClaude, connectedClaude } from './testing/connected-claude.ts';
import type { HookEnvelope } from './testing/fake-relay.ts';

/** The real Claude Code in print mode, with the hooks installed as `connect` installs them. */

let claude: ConnectedClaude;
afterEach(() => claude.dispose());

const deliveries = (text: string) =>
  claude.model.requests.at(-1)?.texts.filter((sent) => sent.text.includes(text)) ?? [];

/** What the session's model was given, freed from Claude Code's wrapping. */
function received(): string[] {
  const contexts =
    /^<system-reminder>\nStop hook additional context: ([\s\S]*)\n<\/system-reminder>$/;
  const feedback = /^Stop hook feedback:\n\['[^']*stop\.sh'\]: ([\s\S]*)$/;
  return (claude.model.requests.at(-1)?.texts ?? []).flatMap(({ text }) => {
    const found = contexts.exec(text) ?? feedback.exec(text);
    return found?.[1] === undefined ? [] : [found[1]];
  });
}

const hasTranscript = ({ transcript_path: file }: HookEnvelope) =>
  existsSync(file) && readFileSync(file, 'utf8').includes('answer 1');

const isGone = (pid: number) => processStart(pid) === undefined;

describe('a session and its relay', () => {
  it('exchange word for word, far beyond the limit of continuations', async () => {
    claude = await connectedClaude();
    const { relay } = claude;
    relay.start();
    const texts = [
      'Go on.',
      '  blanks and lines around \n\n',
      'quotes " \' ` and \\ and $HOME and %s and \\u0041',
      `every control character: ${String.fromCharCode(...Array(32).keys(), 127)}`,
      'emoji 😀 👩‍👩‍👧‍👦, Ümläut, 中文, \u2028 and \uFEFF',
      '{"decision":"block","reason":"not this"}',
      'a'.repeat(9_999),
      '\n'.repeat(10_000),
      '😀'.repeat(5_000),
      'b'.repeat(10_001),
      `${'😀'.repeat(5_000)} with lines\n\n`,
      'c'.repeat(100_000),
      'Thank you, that is all.',
    ];
    const run = claude.print('Begin.');
    const start = await relay.next('SessionStart');
    for (const [index, text] of texts.entries()) {
      const stop = await relay.next('Stop');
      expect(stop).toMatchObject({
        session_id: start.session_id,
        last_assistant_message: `answer ${index + 1}`,
        relay: { attended: false, waiting: true, claudePid: run.child.pid },
      });
      relay.reply(stop.session_id, text);
    }
    await relay.next('Stop');
    relay.release(start.session_id);
    const { code, stdout, stderr } = await run.exited;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ result: 'answer 14', is_error: false });
    expect(received()).toEqual(texts);
    expect((await relay.next('SessionEnd')).reason).toBe('other');
    expect(relay.has('state', 'waiting', start.session_id)).toBe(false);
    expect(readdirSync(join(relay.home, 'dispatch', start.session_id))).toEqual([]);
  });

  it('end at once, the word queued, when no relay is there', async () => {
    claude = await connectedClaude();
    const { code } = await claude.print('Begin.').exited;
    expect(code).toBe(0);
    const stop = await claude.relay.next('Stop');
    expect(stop).toMatchObject({ last_assistant_message: 'answer 1', relay: { waiting: false } });
  });

  it('end within a moment when the relay is killed during the wait', async () => {
    claude = await connectedClaude();
    const relayProcess = spawn('sleep', ['600']);
    await once(relayProcess, 'spawn');
    claude.relay.start(relayProcess.pid);
    const run = claude.print('Begin.');
    await claude.relay.next('Stop');
    relayProcess.kill('SIGKILL');
    const killedAt = performance.now();
    expect((await run.exited).code).toBe(0);
    expect(performance.now() - killedAt).toBeLessThan(5_000);
  });
});

describe('a session that is ended from outside', () => {
  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
    'by %s leaves no hook and loses no reply',
    async (signal) => {
      claude = await connectedClaude();
      const { relay } = claude;
      relay.start();
      const run = claude.print('Begin.');
      const stop = await relay.next('Stop');
      // Claude Code itself forgets a session that is killed before its transcript is written.
      await vi.waitUntil(() => hasTranscript(stop), { timeout: 5_000 });
      run.child.kill(signal);
      await vi.waitUntil(() => isGone(stop.relay.hookPid), { timeout: 5_000 });
      await run.exited;
      relay.reply(stop.session_id, 'Too late.');
      expect(readdirSync(join(relay.home, 'dispatch', stop.session_id))).toEqual(['input.txt']);
      expect(relay.has('state', 'waiting', stop.session_id)).toBe(false);

      const resumed = claude.print('Once more.', ['--resume', stop.session_id]);
      // The reply lies there: this hook has it before anybody could see it wait.
      await relay.next('Stop');
      await relay.next('Stop');
      relay.release(stop.session_id);
      expect((await resumed.exited).code).toBe(0);
      expect(received()).toEqual(['Too late.']);
    },
  );
});

describe('a session whose model fails', () => {
  it.each([
    [401, 'authentication_failed'],
    [529, 'server_error'],
  ])('with %i reports it although it is gone at once', async (status, error) => {
    claude = await connectedClaude({ answer: () => ({ status }) });
    claude.relay.start();
    const { code } = await claude.print('Begin.').exited;
    expect(code).toBe(1);
    const failure = await claude.relay.next('StopFailure');
    expect(failure.error).toBe(error);
    expect(failure.last_assistant_message).toBeTruthy();
  });
});

describe('the plug-in', () => {
  it('connects a session without any settings', async () => {
    claude = await connectedClaude({ connect: false });
    claude.relay.start();
    const run = claude.print('Begin.', ['--plugin-dir', `${pluginFolder(claude.relay.home)}`]);
    const stop = await claude.relay.next('Stop');
    claude.relay.reply(stop.session_id, 'By the plug-in.');
    await claude.relay.next('Stop');
    claude.relay.release(stop.session_id);
    expect((await run.exited).code).toBe(0);
    expect(deliveries('By the plug-in.')).toHaveLength(1);
  });

  it('beside the settings says and hears nothing twice', async () => {
    claude = await connectedClaude();
    const { relay } = claude;
    relay.start();
    const run = claude.print('Begin.', ['--plugin-dir', pluginFolder(relay.home)]);
    const stop = await relay.next('Stop');
    relay.reply(stop.session_id, 'Only once.');
    await relay.next('Stop');
    relay.release(stop.session_id);
    expect((await run.exited).code).toBe(0);
    await relay.next('SessionEnd');
    expect(deliveries('Only once.')).toHaveLength(1);
    expect(relay.envelopes.map((envelope) => envelope.hook_event_name)).toEqual([
      'SessionStart',
      'UserPromptSubmit',
      'Stop',
      'Stop',
      'SessionEnd',
    ]);
  });
});

it('knows nothing of a relay any more after disconnect', async () => {
  claude = await connectedClaude();
  const { relay, userHome } = claude;
  relay.start();
  const file = join(userHome, '.claude', 'settings.json');
  expect(readFileSync(file, 'utf8')).toContain('stop.sh');
  const plan = planDisconnect({ home: relay.home, file });
  expect(plan.ok && applyPlan(plan.value).ok).toBe(true);
  expect(readdirSync(userHome)).toEqual(['.claude.json']);
  expect((await claude.print('Begin.').exited).code).toBe(0);
  expect(readdirSync(join(relay.home, 'queue'))).toEqual([]);
});
