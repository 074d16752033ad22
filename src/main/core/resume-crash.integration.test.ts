import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { applyPlan, planConnect } from './claude-code/connect.ts';
import { processStart } from './claude-code/liveness.ts';
import { testClaude } from './claude-code/testing/claude-binary.ts';
import { startPrint } from './claude-code/testing/claude-session.ts';
import { cleanEnvironment, skipOnboarding } from './claude-code/testing/clean-environment.ts';
import { startSessionModel } from './claude-code/testing/session-model.ts';
import type { FaultPoint } from './fault-point.ts';
import { type CrashingRelay, openCrashingRelay } from './testing/crashing-relay.ts';

/** A relay that is killed while it starts the real `claude` again for a word: the session gets the
 * word once. */

let cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
  cleanUps = [];
});

const word = 'Go on from here.';

/** A session that has had one turn and is closed, and the relay stopped. */
async function closedSession() {
  const program = await testClaude();
  const userHome = mkdtempSync(path.join(tmpdir(), 'relay-user-'));
  cleanUps.push(() => rmSync(userHome, { recursive: true, force: true }));
  const model = await startSessionModel({
    answer: ({ hasTools }) => (hasTools ? 'done' : 'title'),
  });
  cleanUps.push(() => model.close());
  const env = cleanEnvironment(userHome, model.baseUrl);
  // What a session that Relay starts gets from its user's settings, over what Relay itself has.
  const { ANTHROPIC_BASE_URL, ANTHROPIC_API_KEY } = env;
  const settings = JSON.stringify({ env: { ANTHROPIC_BASE_URL, ANTHROPIC_API_KEY } });
  mkdirSync(path.join(userHome, '.claude'));
  writeFileSync(path.join(userHome, '.claude', 'settings.json'), settings);
  const { ANTHROPIC_BASE_URL: _url, ANTHROPIC_API_KEY: _key, ...rest } = env;
  const relay = await openCrashingRelay(() => ({ tool: 'finish', input: { reason: 'Enough.' } }), {
    config: 'claudeCode:\n  resume: true\n',
    env: { ...rest, PATH: `${path.dirname(program)}:${env.PATH}` },
  });
  cleanUps.push(() => relay[Symbol.asyncDispose]());
  cleanUps.push(() => endClaudes(relay));
  const scope = { kind: 'user', claudeHome: path.join(userHome, '.claude') } as const;
  const plan = planConnect({ home: relay.root, scope });
  const applied = plan.ok ? applyPlan(plan.value) : plan;
  if (!applied.ok) throw new Error(applied.problem.message);
  const project = path.join(userHome, 'project');
  mkdirSync(project);
  const cwd = realpathSync(project);
  skipOnboarding(userHome, cwd);
  relay.start();
  await relay.until(() => relay.of('relay.started').length === 1, 'the start');
  await startPrint('Begin.', { program, cwd, env }).exited;
  await relay.until(() => relay.of('session.closed').length === 1, 'the end of the session');
  const sessionId = relay.of('session.closed')[0]?.sessionId;
  if (!sessionId) throw new Error('a closed session has an id');
  await relay.stop();
  return { relay, model, sessionId };
}

/** None may write into a folder that goes. */
async function endClaudes({ events }: CrashingRelay): Promise<void> {
  const pids = events.flatMap(({ payload }) => ('claudePid' in payload ? payload.claudePid : []));
  const left = () => pids.filter((pid) => pid !== null && processStart(pid) !== undefined);
  for (const pid of left()) process.kill(pid ?? 0, 'SIGKILL');
  await vi.waitUntil(() => left().length === 0, { timeout: 10_000 });
}

test.each<FaultPoint>(['resume.set-aside', 'resume.started', 'resume.begun', 'resume.discarded'])(
  '%s',
  async (point) => {
    const { relay, model, sessionId } = await closedSession();
    relay.ownerFile(`@${sessionId}: ${word}`);
    relay.start(point);
    await relay.died();
    relay.start();
    const answers = () =>
      relay.of('user_message').filter(({ payload }) => payload.author === 'session');
    await relay.until(() => answers().length === 2, 'the answer of the session');
    await relay.until(() => relay.of('session.closed').length === 2, 'the end of the session');
    // A second one would come before whatever comes now.
    relay.drop('b.json', { session_id: 'other', content: 'I am here.' });
    await relay.until(() => relay.of('exchange.closed').length === 3, 'every exchange');
    const asked = model.requests.filter(({ lastUserText }) => lastUserText.includes(word));
    expect(asked.map(({ hasTools }) => hasTools).filter(Boolean)).toEqual([true]);
    expect(relay.of('dispatch.claimed')).toHaveLength(1);
    expect(relay.of('item.opened')).toEqual([]);
    expect(existsSync(relay.inputFile(sessionId))).toBe(false);
  },
);
