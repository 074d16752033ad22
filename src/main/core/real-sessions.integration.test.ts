import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Answer, MessagesCall } from '#demo/messages-api.ts';
import { applyPlan, planConnect } from './claude-code/connect.ts';
import { testClaude } from './claude-code/testing/claude-binary.ts';
import { type ClaudeRun, startPrint } from './claude-code/testing/claude-session.ts';
import { cleanEnvironment, skipOnboarding } from './claude-code/testing/clean-environment.ts';
import {
  type ModelRequest,
  type SessionModel,
  startSessionModel,
} from './claude-code/testing/session-model.ts';
import { openRelayFixture, type RelayFixture } from './testing/relay-fixture.ts';

/** The real Claude Code, connected by `connect`, through a real relay, and back. Only the two models
 * at the far ends are scripted: the session's and the supervisor's. */

interface World {
  relay: RelayFixture;
  model: SessionModel;
  userHome: string;
  /** Starts `claude -p` in a project of its own. */
  session(name: string, prompt: string): ClaudeRun;
}

let world: World | undefined;
let runs: ClaudeRun[] = [];

afterEach(async () => {
  for (const run of runs) run.child.kill('SIGKILL');
  await Promise.all(runs.map((run) => run.exited));
  runs = [];
  await world?.model.close();
  await world?.relay[Symbol.asyncDispose]();
  if (world) rmSync(world.userHome, { recursive: true, force: true });
  world = undefined;
});

async function makeWorld(
  supervisor: (call: MessagesCall) => Answer,
  session: (request: ModelRequest) => string,
  { resume = false } = {},
): Promise<World> {
  const program = await testClaude();
  const model = await startSessionModel({ answer: session });
  const userHome = mkdtempSync(path.join(tmpdir(), 'relay-user-'));
  const env = cleanEnvironment(userHome, model.baseUrl);
  const relay = await openRelayFixture({
    script: supervisor,
    ...(resume
      ? {
          config: 'claudeCode:\n  resume: true\n',
          secretsInHome: true,
          env: withoutModel({ ...env, PATH: `${path.dirname(program)}:${env.PATH}` }),
        }
      : {}),
  });
  // What a session that Relay starts gets from its user's settings, as it has nothing from a shell.
  const { ANTHROPIC_BASE_URL, ANTHROPIC_API_KEY } = env;
  const settings = JSON.stringify({ env: { ANTHROPIC_BASE_URL, ANTHROPIC_API_KEY } });
  mkdirSync(path.join(userHome, '.claude'));
  writeFileSync(path.join(userHome, '.claude', 'settings.json'), settings);
  const scope = { kind: 'user', claudeHome: path.join(userHome, '.claude') } as const;
  const plan = planConnect({ home: relay.root, scope });
  const applied = plan.ok ? applyPlan(plan.value) : plan;
  if (!applied.ok) throw new Error(applied.problem.message);
  world = {
    relay,
    model,
    userHome,
    session(name, prompt) {
      const project = path.join(relay.root, 'projects', name);
      mkdirSync(project, { recursive: true });
      const cwd = realpathSync(project);
      skipOnboarding(userHome, cwd);
      const run = startPrint(prompt, { program, cwd, env });
      runs.push(run);
      return run;
    },
  };
  return world;
}

function withoutModel(env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('ANTHROPIC_')));
}

/** Answers `step N of NAME` with the next step, and lets the session stop after the last. */
function nextStep(call: MessagesCall, last: number): Answer {
  const [, count = '0', name = ''] = /done (\d+) of (\w+)/.exec(call.lastText) ?? [];
  const next = Number(count) + 1;
  if (next > last) return { tool: 'finish', input: { reason: 'All steps are done.' } };
  return { text: `Do step ${next} of ${name}.` };
}

/** The session's model does what it was last told to do. */
function doStep(request: ModelRequest): string {
  const [, step = '0', name = ''] =
    /step (\d+) of (\w+)/.exec(request.lastUserText) ??
    request.texts.map(({ text }) => /step (\d+) of (\w+)/.exec(text)).findLast(Boolean) ??
    [];
  return `done ${step} of ${name}`;
}

const resultOf = async (run: ClaudeRun): Promise<string> => {
  const { stdout, code, stderr } = await run.exited;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout).result;
};

describe('real sessions', () => {
  test('twelve exchanges in a row, then finish lets the session stop', async () => {
    const { relay, session } = await makeWorld((call) => nextStep(call, 12), doStep);
    const result = await resultOf(session('alpha', 'Do step 0 of alpha.'));
    expect(result).toBe('done 12 of alpha');
    await relay.waitFor('exchange.closed', ({ payload }) => payload.how === 'finished');
    const closed = relay.events.filter(({ type }) => type === 'exchange.closed');
    expect(closed.map(({ payload }) => payload)).toEqual([
      ...Array.from({ length: 12 }, () => ({ how: 'delivered' })),
      { how: 'finished' },
    ]);
    expect(relay.api.calls).toHaveLength(13);
  });

  test('three sessions at once, and no word crosses over', async () => {
    const { relay, session } = await makeWorld((call) => nextStep(call, 4), doStep);
    const names = ['alpha', 'beta', 'gamma'];
    const results = await Promise.all(
      names.map((name) => resultOf(session(name, `Do step 0 of ${name}.`))),
    );
    expect(results).toEqual(names.map((name) => `done 4 of ${name}`));
    for (const event of relay.events) {
      if (event.type !== 'dispatch.queued') continue;
      const [, name = ''] = /of (\w+)/.exec(event.payload.text) ?? [];
      expect(event.conversationId).toMatch(new RegExp(`/${name}$`));
    }
    const sessions = await relay.call('sessions.list', {});
    expect(sessions).toHaveLength(3);
    expect(sessions.every(({ exchanges }) => exchanges === 5)).toBe(true);
  });

  test('escalations are answered by jc_input.txt and through the inbox; a direct word goes straight', async () => {
    const { relay, session } = await makeWorld(({ lastText }) => {
      if (lastText.includes('rename it')) return { text: 'Do step 2 of alpha.' };
      if (lastText.includes('ship it')) return { tool: 'finish', input: { reason: 'shipped' } };
      if (lastText.includes('done 0')) return { text: '[NEEDS-JC] Drop the table?\nProposal: No.' };
      if (lastText.includes('done 2')) {
        return {
          tool: 'escalate',
          input: { question: 'Publish?', proposal: 'Yes.', reasoning: 'It is outward.' },
        };
      }
      return { text: 'unexpected' };
    }, doStep);
    const run = session('alpha', 'Do step 0 of alpha.');

    await relay.waitFor('item.opened', ({ payload }) => payload.summary === 'Drop the table?');
    relay.ownerFile('No, rename it.');
    const publish = await relay.waitFor(
      'item.opened',
      ({ payload }) => payload.summary === 'Publish?',
    );
    // A direct word settles what holds the session, and no call is made for it.
    const calls = relay.api.calls.length;
    relay.ownerFile(`@${publish.sessionId}: Do step 2 of alpha, once more.`);
    await relay.waitFor('dispatch.queued', ({ payload }) => payload.origin === 'owner');
    expect(relay.api.calls).toHaveLength(calls);

    const again = await relay.waitFor(
      'item.opened',
      ({ payload, seq }) => payload.summary === 'Publish?' && seq > publish.seq,
    );
    const { itemId } = again.payload;
    await relay.call('inbox.answer', { itemId, text: 'Yes, ship it.', via: 'cli' });
    expect(await resultOf(run)).toBe('done 2 of alpha');
    expect(await relay.call('inbox.list', {})).toEqual([]);
  });

  test('with no relay the session ends normally and its word waits in the queue', async () => {
    const { relay, session } = await makeWorld((call) => nextStep(call, 1), doStep);
    await relay.relay.stop();
    expect(await resultOf(session('alpha', 'Do step 0 of alpha.'))).toBe('done 0 of alpha');
    await relay.start();
    const said = await relay.waitFor('dispatch.queued');
    expect(said.payload.text).toBe('Do step 1 of alpha.');
  });

  test('a word for a session that is not open starts it again, where the owner allows it', async () => {
    const { relay, session } = await makeWorld((call) => nextStep(call, 1), doStep, {
      resume: true,
    });
    await resultOf(session('alpha', 'Do step 0 of alpha.'));
    const { sessionId } = await relay.waitFor('session.closed');
    if (!sessionId) throw new Error('a closed session has an id');
    await relay.call('session.send', { sessionId, text: 'Do step 7 of alpha.', via: 'cli' });
    const answered = await relay.waitFor(
      'user_message',
      ({ payload }) => payload.text === 'done 7 of alpha',
    );
    expect(answered.sessionId).toBe(sessionId);
    const claimed = await relay.waitFor('dispatch.claimed', ({ seq }) => seq < answered.seq);
    expect(claimed.sessionId).toBe(sessionId);
    // What Relay sent is not taken for what a person typed.
    const typed = relay.events.filter(
      ({ type, payload }) =>
        type === 'user_message' && 'via' in payload && payload.via === 'terminal',
    );
    expect(typed).toHaveLength(1);
  });
});
