import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSessions } from './claude-program.ts';
import { processStart } from './liveness.ts';
import { typeWord } from './testing/claude-session.ts';
import { type ConnectedClaude, connectedClaude } from './testing/connected-claude.ts';
import { isHookWaiting } from './waiting.ts';

/** The real Claude Code on a terminal, with a person who types. */

let claude: ConnectedClaude;
beforeEach(async () => {
  claude = await connectedClaude();
  claude.relay.start();
});
afterEach(() => claude.dispose());

const lastTexts = (count: number) => claude.model.requests.at(-1)?.texts.slice(-count) ?? [];
const dispatched = (id: string) => readdirSync(join(claude.relay.home, 'dispatch', id));
/** The turn is over for Claude Code itself. */
const isIdle = (id: string) =>
  vi.waitUntil(
    async () => {
      const open = await openSessions(claude.program, claude.env);
      return open.ok && open.value.some((one) => one.sessionId === id && one.status === 'idle');
    },
    { timeout: 10_000, interval: 100 },
  );

/** An interactive session whose first turn has ended; its Stop hook waits. */
async function waitingSession() {
  const run = claude.terminal();
  const { session_id: id } = await claude.relay.next('SessionStart');
  await typeWord(run, 'begin');
  expect((await claude.relay.next('UserPromptSubmit')).prompt).toBe('begin');
  const stop = await claude.relay.next('Stop');
  expect(stop.relay).toMatchObject({ attended: true, waiting: true });
  return { run, id, stop };
}

describe('a person at the terminal', () => {
  it('ends the wait by typing, and gets the turn', async () => {
    const { run, id } = await waitingSession();
    await typeWord(run, 'takeover');
    expect((await claude.relay.next('UserPromptSubmit')).prompt).toBe('takeover');
    expect(isHookWaiting(claude.relay.home, id)).toBe(false);
    claude.relay.reply(id, 'Too late.');
    claude.relay.release(id);
    // The reply that nobody withdrew is for the next Stop; the person's turn came first.
    expect((await claude.relay.next('Stop')).last_assistant_message).toBe('answer 2');
    const answered = claude.model.requests[1]?.lastUserText;
    expect(answered).toBe('takeover');
  });

  it('ends the wait by Esc; what comes then wakes the session', async () => {
    const { run, id, stop } = await waitingSession();
    run.child.stdin?.write('\u001b');
    await isIdle(id);
    await vi.waitUntil(() => processStart(stop.relay.hookPid) === undefined, { timeout: 5_000 });
    claude.relay.reply(id, 'After Esc.');
    await claude.relay.wake(id);
    expect((await claude.relay.next('Stop')).last_assistant_message).toBe('answer 2');
    expect(lastTexts(1)[0]?.text).toContain(': After Esc.\n');
  });

  it('leaves by /exit and takes no reply along', async () => {
    const { run, id, stop } = await waitingSession();
    await typeWord(run, '/exit');
    expect((await claude.relay.next('SessionEnd')).reason).toBe('prompt_input_exit');
    await run.exited;
    expect(processStart(stop.relay.hookPid)).toBeUndefined();
    claude.relay.reply(id, 'Too late.');
    expect(dispatched(id)).toEqual(['input.txt']);
  });
});

describe('an idle session', () => {
  it('is woken with the word, exactly, and is no person typing', async () => {
    const { id } = await waitingSession();
    claude.relay.release(id);
    await isIdle(id);
    const text = ' Word 😀 "with" \\ and lines\n\n';
    claude.relay.reply(id, text);
    await claude.relay.wake(id);
    const stop = await claude.relay.next('Stop');
    expect(stop).toMatchObject({ last_assistant_message: 'answer 2', relay: { waiting: true } });
    expect(lastTexts(1)[0]?.text).toContain(`owner of this session: ${text}\n&lt;/system-reminder`);
    expect(dispatched(id)).toEqual([]);
    expect(readdirSync(join(claude.relay.home, 'state', 'wake', id))).toEqual([]);
    const prompts = claude.relay.envelopes.filter((envelope) => envelope.prompt !== undefined);
    expect(prompts.map((envelope) => envelope.prompt)).toEqual(['begin']);
  });

  it('can be woken after /clear, under its new id', async () => {
    const { run, id } = await waitingSession();
    claude.relay.release(id);
    await isIdle(id);
    await typeWord(run, '/clear');
    expect(await claude.relay.next('SessionEnd')).toMatchObject({
      session_id: id,
      reason: 'clear',
    });
    const { session_id: newId } = await claude.relay.next('SessionStart');
    expect(newId).not.toBe(id);
    claude.relay.reply(newId, 'A fresh start.');
    await claude.relay.wake(newId);
    expect((await claude.relay.next('Stop')).session_id).toBe(newId);
    expect(
      lastTexts(3)
        .map(({ text }) => text)
        .join(),
    ).toContain('A fresh start.');
  });
});
