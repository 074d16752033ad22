import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { applyPlan, planConnect } from '../connect.ts';
import { processStart } from '../liveness.ts';
import { testClaude } from './claude-binary.ts';
import { type ClaudeRun, startPrint, startTerminal } from './claude-session.ts';
import { cleanEnvironment, skipOnboarding } from './clean-environment.ts';
import { type FakeRelay, makeFakeRelay } from './fake-relay.ts';
import {
  type ModelAnswer,
  type ModelRequest,
  type SessionModel,
  startSessionModel,
} from './session-model.ts';

/** The real `claude` of a user who has connected it to a relay; everything in a temporary folder. */
export interface ConnectedClaude {
  relay: FakeRelay;
  model: SessionModel;
  program: string;
  cwd: string;
  userHome: string;
  env: Record<string, string>;
  print(prompt: string, args?: string[], env?: Record<string, string>): ClaudeRun;
  terminal(args?: string[]): ClaudeRun;
  /** Kills what still runs and removes the folder. */
  dispose(): Promise<void>;
}

export async function connectedClaude(
  options: {
    answer?: (request: ModelRequest) => ModelAnswer | Promise<ModelAnswer>;
    connect?: boolean;
  } = {},
): Promise<ConnectedClaude> {
  const program = await testClaude();
  const relay = makeFakeRelay();
  let answers = 0;
  const answer = options.answer ?? (() => `answer ${++answers}`);
  const model = await startSessionModel({ answer });
  const userHome = join(relay.home, '..', 'user');
  mkdirSync(join(relay.home, '..', 'project'));
  const cwd = realpathSync(join(relay.home, '..', 'project'));
  skipOnboarding(userHome, cwd);
  if (options.connect !== false) {
    const scope = { kind: 'user', claudeHome: join(userHome, '.claude') } as const;
    const plan = planConnect({ home: relay.home, scope });
    const applied = plan.ok ? applyPlan(plan.value) : plan;
    if (!applied.ok) throw new Error(applied.problem.message);
  }
  const env = cleanEnvironment(userHome, model.baseUrl);
  const runs: ClaudeRun[] = [];
  const note = (run: ClaudeRun) => {
    runs.push(run);
    return run;
  };
  return {
    relay,
    model,
    program,
    cwd,
    userHome,
    env,
    print: (prompt, args = [], more = {}) =>
      note(startPrint(prompt, { program, cwd, env: { ...env, ...more }, args })),
    terminal: (args = []) => note(startTerminal({ program, cwd, env, args })),
    dispose: async () => {
      relay.stop();
      await end(runs, relay);
      await model.close();
      relay.remove();
    },
  };
}

/** Ends what was started, and waits for all of it: nothing may write into a folder that goes. */
async function end(runs: readonly ClaudeRun[], relay: FakeRelay): Promise<void> {
  for (const [pid, start] of relay.claudes) {
    if (start !== undefined && processStart(pid) === start) process.kill(pid, 'SIGKILL');
  }
  for (const run of runs) run.child.kill('SIGKILL');
  await Promise.all(runs.map((run) => run.exited));
  const isOver = () =>
    relay.waiting().length === 0 &&
    [...relay.claudes].every(([pid, start]) => start === undefined || processStart(pid) !== start);
  await vi.waitUntil(isOver, { timeout: 10_000 });
}
