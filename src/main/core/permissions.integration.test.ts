import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { RpcInput } from '#shared/rpc.ts';
import { applyPlan, planConnect } from './claude-code/connect.ts';
import { processStart } from './claude-code/liveness.ts';
import { testClaude } from './claude-code/testing/claude-binary.ts';
import {
  type ClaudeRun,
  screenShows,
  startPrint,
  startTerminal,
  typeWord,
} from './claude-code/testing/claude-session.ts';
import { cleanEnvironment, skipOnboarding } from './claude-code/testing/clean-environment.ts';
import {
  type ModelAnswer,
  type SessionModel,
  startSessionModel,
} from './claude-code/testing/session-model.ts';
import { openRelayFixture, type RelayFixture } from './testing/relay-fixture.ts';

/** The real Claude Code asks for permission; the owner answers in the inbox or in the terminal. */

interface World {
  relay: RelayFixture;
  model: SessionModel;
  cwd: string;
  print(prompt: string): ClaudeRun;
  terminal(mode?: 'default' | 'plan'): ClaudeRun;
}

let cleanUps: (() => unknown)[] = [];
let runs: ClaudeRun[] = [];

afterEach(async () => {
  for (const run of runs) run.child.kill('SIGKILL');
  await Promise.all(runs.map((run) => run.exited));
  runs = [];
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
  cleanUps = [];
});

/** Every session uses this tool once, and says `result: ...` when it has the result. */
async function makeWorld(use: (cwd: string) => ModelAnswer, config = ''): Promise<World> {
  const program = await testClaude();
  const userHome = mkdtempSync(path.join(tmpdir(), 'relay-user-'));
  cleanUps.push(() => rmSync(userHome, { recursive: true, force: true }));
  const project = path.join(userHome, 'project');
  mkdirSync(project);
  const cwd = realpathSync(project);
  skipOnboarding(userHome, cwd);
  const model = await startSessionModel({
    answer: ({ hasTools, toolResults }) => {
      if (!hasTools) return 'a title';
      const result = toolResults[0];
      if (!result) return use(cwd);
      return `${result.isError ? 'refused' : 'result'}: ${result.text}`;
    },
  });
  cleanUps.push(() => model.close());
  const env = cleanEnvironment(userHome, model.baseUrl);
  // Claude Code itself is asked whether it still asks.
  const bin = path.dirname(program);
  const relay = await openRelayFixture({
    script: () => ({ tool: 'finish', input: { reason: 'Done.' } }),
    config,
    env: { HOME: userHome, PATH: `${bin}:/usr/bin:/bin` },
  });
  cleanUps.push(() => relay[Symbol.asyncDispose]());
  // A terminal that is killed leaves its claude a moment, in which it writes into its home.
  cleanUps.push(() => endClaudes(relay));
  const scope = { kind: 'user', claudeHome: path.join(userHome, '.claude') } as const;
  const plan = planConnect({ home: relay.root, scope });
  const applied = plan.ok ? applyPlan(plan.value) : plan;
  if (!applied.ok) throw new Error(applied.problem.message);
  const note = (run: ClaudeRun) => {
    runs.push(run);
    return run;
  };
  return {
    relay,
    model,
    cwd,
    print: (prompt) => note(startPrint(prompt, { program, cwd, env })),
    terminal: (mode = 'default') =>
      note(startTerminal({ program, cwd, env, args: ['--permission-mode', mode] })),
  };
}

async function endClaudes({ events }: RelayFixture): Promise<void> {
  const pids = events.flatMap(({ payload }) => ('claudePid' in payload ? payload.claudePid : []));
  const left = () => pids.filter((pid) => pid !== null && processStart(pid) !== undefined);
  for (const pid of left()) process.kill(pid ?? 0, 'SIGKILL');
  await vi.waitUntil(() => left().length === 0, { timeout: 10_000 });
}

const touch = (cwd: string) => ({
  tool: 'Bash',
  input: { command: `touch ${cwd}/made`, description: 'Make it' },
});

const resultOf = async (run: ClaudeRun) => JSON.parse((await run.exited).stdout);

async function asked(relay: RelayFixture) {
  await relay.waitFor('item.opened', ({ payload }) => payload.kind === 'permission');
  const [item] = await relay.call('inbox.list', {});
  if (item?.kind !== 'permission') throw new Error('no permission is asked for');
  return item;
}

const via = 'inbox';
const inbox = (input: Omit<RpcInput<'inbox.approve'>, 'via'>) => ({ ...input, via }) as const;

/** What the session was told that came of its tool. */
async function toolResult({ model }: World) {
  const results = () => model.requests.flatMap(({ toolResults }) => toolResults);
  await vi.waitUntil(() => results().length > 0, { timeout: 15_000 });
  const [result] = results();
  if (!result) throw new Error('no tool has a result');
  return result;
}

const isSettled = ({ events }: RelayFixture) => events.some(({ type }) => type === 'item.settled');

/** A dialog takes no key in its first moment, lest one that was meant for the prompt answers it. */
async function press(run: ClaudeRun, key: string, isDone: () => boolean): Promise<void> {
  const tryOnce = () => {
    if (isDone()) return true;
    run.child.stdin?.write(key);
    return false;
  };
  await vi.waitUntil(tryOnce, { timeout: 40_000, interval: 3_000 });
}

/** Nothing of the request is left: no file, and nobody waits. */
async function over(relay: RelayFixture) {
  const { request } = (await relay.waitFor('permission.closed')).payload;
  const asks = await relay.waitFor('permission.asked');
  const folder = path.join(relay.root, 'dispatch', asks.sessionId ?? '');
  const left = existsSync(folder) ? readdirSync(folder) : [];
  expect(left.filter((name) => name.includes(request))).toEqual([]);
}

describe('in print mode', () => {
  test('what is allowed in the inbox is done', async () => {
    const world = await makeWorld(touch);
    const run = world.print('Make it.');
    const item = await asked(world.relay);
    expect(item).toMatchObject({
      summary: `Bash: touch ${world.cwd}/made`,
      reasoning: 'It says: Make it',
      holds: false,
    });
    expect(await world.relay.call('sessions.list', {})).toMatchObject([{ state: 'needs-owner' }]);
    expect(existsSync(path.join(world.cwd, 'made'))).toBe(false);
    await world.relay.call('inbox.approve', inbox({ itemId: item.id }));
    expect((await resultOf(run)).result).toContain('result: ');
    expect(existsSync(path.join(world.cwd, 'made'))).toBe(true);
    await over(world.relay);
  });

  test('what is refused is not done, and the reason reaches the session', async () => {
    const world = await makeWorld(touch);
    const run = world.print('Make it.');
    const { id: itemId } = await asked(world.relay);
    const text = 'Not "there": use /tmp\nplease. 😀';
    await world.relay.call('inbox.answer', { itemId, text, direct: false, via });
    expect((await resultOf(run)).result).toBe(`refused: ${text}`);
    expect(existsSync(path.join(world.cwd, 'made'))).toBe(false);
    // It went to the session, and to nobody else.
    const told = world.relay.events.map(({ payload }) => ('text' in payload ? payload.text : ''));
    const settledWith = world.relay.events.flatMap(({ type, payload }) =>
      type === 'item.settled' ? [payload.text] : [],
    );
    expect(settledWith).toEqual([text]);
    expect(told.filter((words) => words === text)).toHaveLength(1);
  });

  test('what is dismissed is refused', async () => {
    const world = await makeWorld(touch);
    const run = world.print('Make it.');
    await world.relay.call('inbox.dismiss', inbox({ itemId: (await asked(world.relay)).id }));
    expect((await resultOf(run)).result).toContain('refused: The owner refused this.');
    expect(existsSync(path.join(world.cwd, 'made'))).toBe(false);
  });

  test('with no relay the session is refused at once, and no question is left behind', async () => {
    const world = await makeWorld(touch);
    await world.relay.relay.stop();
    const { permission_denials: denials } = await resultOf(world.print('Make it.'));
    expect(denials).toHaveLength(1);
    const left = readdirSync(path.join(world.relay.root, 'queue'));
    expect(left.filter((name) => name.includes('permission'))).toEqual([]);
    await world.relay.start();
  });

  test.each(['claudeCode:\n  permissions: false\n', 'autonomy: off\n'])(
    'with %j nobody is asked, and nobody waits',
    async (config) => {
      const world = await makeWorld(touch, config);
      const { permission_denials: denials } = await resultOf(world.print('Make it.'));
      expect(denials).toHaveLength(1);
      expect(world.relay.events.filter(({ type }) => type === 'item.opened')).toEqual([]);
      await over(world.relay);
    },
  );

  test('a session that is killed takes its question along', async () => {
    const world = await makeWorld(touch);
    const run = world.print('Make it.');
    await asked(world.relay);
    run.child.kill('SIGKILL');
    const { how, via: by } = (await world.relay.waitFor('item.settled')).payload;
    expect({ how, by }).toEqual({ how: 'withdrawn', by: null });
    await over(world.relay);
  });

  test('a question survives a restart of the relay, and so does its answer', async () => {
    const world = await makeWorld(touch);
    const run = world.print('Make it.');
    const { id: itemId } = await asked(world.relay);
    await world.relay.restart();
    await world.relay.call('inbox.approve', inbox({ itemId }));
    expect((await resultOf(run)).result).toContain('result: ');
    await over(world.relay);
  });
});

describe('in a terminal', () => {
  test('an answer in the inbox closes the dialog', async () => {
    const world = await makeWorld(touch);
    const run = world.terminal();
    await typeWord(run, 'begin');
    await screenShows(run, 'proceed?');
    await world.relay.call('inbox.approve', inbox({ itemId: (await asked(world.relay)).id }));
    await vi.waitUntil(() => existsSync(path.join(world.cwd, 'made')), { timeout: 10_000 });
    await screenShows(run, 'PermissionRequest');
    await over(world.relay);
  });

  test.each([
    ['yes', '1', true],
    ['no', '\u001b', false],
  ])('%s in the terminal clears the item', async (_name, key, isMade) => {
    const world = await makeWorld(touch);
    const run = world.terminal();
    await typeWord(run, 'begin');
    await asked(world.relay);
    await press(run, key, () => isSettled(world.relay));
    const { how, via: by } = (await world.relay.waitFor('item.settled')).payload;
    expect({ how, by }).toEqual({ how: 'withdrawn', by: 'terminal' });
    expect(await world.relay.call('inbox.list', {})).toEqual([]);
    expect(existsSync(path.join(world.cwd, 'made'))).toBe(isMade);
    await over(world.relay);
  });

  test('a command that was allowed there clears the item while it still runs', async () => {
    const world = await makeWorld((cwd) => ({
      tool: 'Bash',
      input: {
        // It ends with the folder of the test, since nobody ends it with a claude that is killed.
        command: `while [ -d ${cwd} ] && [ ! -e ${cwd}/go ]; do sleep 0.1; done; touch ${cwd}/made`,
        description: 'Wait',
      },
    }));
    const run = world.terminal();
    await typeWord(run, 'begin');
    await asked(world.relay);
    await press(run, '1', () => isSettled(world.relay));
    const { how } = (await world.relay.waitFor('item.settled')).payload;
    expect(how).toBe('withdrawn');
    expect(world.model.requests.every(({ toolResults }) => toolResults.length === 0)).toBe(true);
  });

  test('a question of Claude Code is answered by word or number', async () => {
    const questions = [
      {
        question: 'Which colour?',
        header: 'Colour',
        multiSelect: false,
        options: [
          { label: 'Red', description: 'warm' },
          { label: 'Blue', description: 'cold' },
        ],
      },
    ];
    const world = await makeWorld(() => ({ tool: 'AskUserQuestion', input: { questions } }));
    const run = world.terminal();
    await typeWord(run, 'begin');
    const item = await asked(world.relay);
    expect(item).toMatchObject({ summary: 'Which colour?', proposal: 'Red' });
    expect(item.reasoning).toContain('2. Blue');
    await world.relay.call('inbox.answer', { itemId: item.id, text: '2', direct: false, via });
    await screenShows(run, 'result');
    const result = world.model.requests.flatMap(({ toolResults }) => toolResults).at(-1);
    expect(result?.text).toContain('"Which colour?"="Blue"');
  });

  describe('a plan', () => {
    const propose = () => ({ tool: 'ExitPlanMode', input: { plan: '# First\nDo it.' } });

    test('that is approved in the inbox is carried out', async () => {
      const world = await makeWorld(propose);
      const run = world.terminal('plan');
      await typeWord(run, 'begin');
      const item = await asked(world.relay);
      expect(item).toMatchObject({ summary: 'May it carry out its plan?' });
      await world.relay.call('inbox.approve', inbox({ itemId: item.id }));
      const result = await toolResult(world);
      expect(result).toMatchObject({ isError: false });
      expect(result.text).toContain('approved');
      await over(world.relay);
    });

    test('that is answered goes back with the words', async () => {
      const world = await makeWorld(propose);
      const run = world.terminal('plan');
      await typeWord(run, 'begin');
      const { id: itemId } = await asked(world.relay);
      const text = 'First the tests, please.';
      await world.relay.call('inbox.answer', { itemId, text, direct: false, via });
      expect(await toolResult(world)).toMatchObject({ isError: true });
      expect((await toolResult(world)).text).toContain(text);
      await over(world.relay);
    });
  });
});
