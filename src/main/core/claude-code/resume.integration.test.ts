import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { claudeVersion, findClaude, withoutSession } from './claude-program.ts';
import { processStart } from './liveness.ts';
import { resumeSession } from './resume.ts';
import { CLAUDE_VERSION } from './testing/claude-binary.ts';
import { typeWord } from './testing/claude-session.ts';
import { type ConnectedClaude, connectedClaude } from './testing/connected-claude.ts';

let claude: ConnectedClaude;
beforeEach(async () => {
  claude = await connectedClaude();
});
afterEach(() => claude.dispose());

const ticket = () => join(claude.userHome, 'ticket');
const taken = () => readdirSync(claude.userHome).filter((name) => name.startsWith('ticket.taken-'));

const resume = (sessionId: string, text: string, more = {}) => {
  writeFileSync(ticket(), '');
  return resumeSession({
    claudePath: claude.program,
    sessionId,
    cwd: claude.cwd,
    text,
    ticket: { from: ticket(), to: `${ticket()}.taken-` },
    env: { ...claude.env, CLAUDECODE: '1', CLAUDE_CODE_SESSION_ID: 'of-the-relay' },
    ...more,
  });
};

/** A session that has had one turn and is closed. */
async function closedSession(): Promise<string> {
  await claude.print('Begin.').exited;
  return (await claude.relay.next('Stop')).session_id;
}

describe('a session that is not open', () => {
  it.each([
    ['Go on from here.\n', 'Go on from here.\n'],
    ['  blanks and "quotes"\n\n😀', '  blanks and "quotes"\n\n😀'],
    ['/clear', ' /clear'],
  ])('gets %j as the next prompt, and its stop comes back', async (text, prompt) => {
    const id = await closedSession();
    claude.relay.start();
    const resumed = await resume(id, text);
    expect(resumed.ok).toBe(true);
    // It was taken by the very process that got the word.
    expect(taken()).toEqual([`ticket.taken-${resumed.ok && resumed.value.pid}`]);
    const stop = await claude.relay.next('Stop');
    expect(stop).toMatchObject({
      session_id: id,
      last_assistant_message: 'answer 2',
      relay: { waiting: true, attended: false, claudePid: resumed.ok && resumed.value.pid },
    });
    const sent = claude.model.requests.at(-1)?.texts.map((part) => part.text);
    expect(sent).toContain('answer 1');
    expect(sent).toContain(prompt);
    const typed = claude.relay.envelopes.map((envelope) => envelope.prompt).filter(Boolean);
    expect(typed).toEqual(['Begin.']);

    claude.relay.release(id);
    const pid = stop.relay.claudePid ?? 0;
    await vi.waitUntil(() => processStart(pid) === undefined, { timeout: 5_000 });
  });

  it('gets nothing once the ticket is gone', async () => {
    const id = await closedSession();
    const outcome = await resume(id, 'Go on.', {
      ticket: { from: join(claude.userHome, 'gone'), to: `${ticket()}.taken-` },
    });
    expect(outcome).toMatchObject({ ok: false, problem: { code: 'claude-failed' } });
    expect(claude.model.requests).toHaveLength(1);
    expect(taken()).toEqual([]);
  });

  it('is refused when Claude Code knows it no more', async () => {
    const outcome = await resume('00000000-0000-4000-8000-000000000000', 'Go on.');
    expect(outcome).toMatchObject({ ok: false, problem: { code: 'session-unknown' } });
    expect(claude.model.requests).toEqual([]);
  });

  it('is refused when its directory is gone', async () => {
    const id = await closedSession();
    rmSync(claude.cwd, { recursive: true });
    expect(await resume(id, 'Go on.')).toMatchObject({
      ok: false,
      problem: { code: 'project-missing' },
    });
    expect(existsSync(ticket())).toBe(true);
  });
});

describe('a session that is open', () => {
  it('in a terminal is not resumed', async () => {
    claude.relay.start();
    const run = claude.terminal();
    await typeWord(run, 'begin');
    const { session_id: id } = await claude.relay.next('Stop');
    expect(await resume(id, 'Go on.')).toMatchObject({
      ok: false,
      problem: { code: 'session-open' },
    });
  });

  it('in print mode is not resumed', async () => {
    claude.relay.start();
    const run = claude.print('Begin.');
    const { session_id: id } = await claude.relay.next('Stop');
    const outcome = await resume(id, 'Go on.', { lastClaudePid: run.child.pid });
    expect(outcome).toMatchObject({ ok: false, problem: { code: 'session-open' } });
  });
});

describe('the claude program', () => {
  it('is found where it is installed, and says its version', async () => {
    const { userHome, env, program } = claude;
    const folder = join(userHome, '.local', 'bin');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'claude'), `#!/bin/sh\nexec ${program} "$@"\n`);
    const bare = { ...env, PATH: '/usr/bin:/bin' };
    expect(findClaude(bare)).not.toBe(join(folder, 'claude'));
    chmodSync(join(folder, 'claude'), 0o755);
    expect(findClaude(bare)).toBe(join(folder, 'claude'));
    expect(await claudeVersion(join(folder, 'claude'), bare)).toEqual({
      ok: true,
      value: CLAUDE_VERSION,
    });
  });
});

it('keeps the user settings of the environment and drops what an outer session has set', () => {
  const user = { PATH: '/bin', CLAUDE_CONFIG_DIR: '/x', ANTHROPIC_BASE_URL: 'http://127.0.0.1:1' };
  const session = {
    CLAUDECODE: '1',
    CLAUDE_PID: '1',
    CLAUDE_CODE_SESSION_ID: 'x',
    CLAUDE_CODE_MESSAGING_TOKEN: 'secret',
    RELAY_RESUME: 'x',
  };
  expect(withoutSession({ ...user, ...session })).toEqual(user);
});
