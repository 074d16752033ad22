import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const ownRoot = join(import.meta.dirname, '..');

/** A program that carries words between a home and the API, in a process of its own. */
export interface Carrier {
  name: 'relay' | 'floor' | 'polling' | 'loop' | 'other';
  home: string;
  pid: number;
  stop(): Promise<void>;
}

export const benchSession = 'session-1';

export const dispatchFolder = (home: string, session = benchSession): string =>
  join(home, 'dispatch', session);

/** What a relay of the bench may see of the environment. */
export function relayEnvironment(home: string, apiUrl: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: home,
    RELAY_HOME: home,
    RELAY_NTFY_ENABLED: 'false',
    RELAY_GUARDS_EXCHANGES_WITHOUT_OWNER: 'null',
    RELAY_GUARDS_PING_PONG_REPEATS: 'null',
    RELAY_BUDGET_PER_DAY_USD: 'null',
    RELAY_BUDGET_PER_SESSION_USD: 'null',
    ANTHROPIC_API_KEY: 'sk-ant-bench',
    ANTHROPIC_BASE_URL: apiUrl,
  };
}

/** @param root a checkout that is built; the own one where it is left out */
export async function startRelay(
  apiUrl: string,
  root?: string,
  settings: NodeJS.ProcessEnv = {},
): Promise<Carrier> {
  const name = root ? 'other' : 'relay';
  const home = makeHome(name);
  // As its owner starts it: what it is given by the way is measured, too.
  const child = spawn(join(root ?? ownRoot, 'bin', 'relay'), ['run', '--no-ui'], {
    env: { ...relayEnvironment(home, apiUrl), ...settings, NODE_OPTIONS: extraNodeFlags },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const socket = join(home, 'state', 'control.sock');
  while (!existsSync(socket)) {
    if (child.exitCode !== null) throw new Error('the relay did not start');
    await delay(20);
  }
  return { name, home, pid: child.pid ?? 0, stop: () => stop(child, home) };
}

/** For a profile: `RELAY_BENCH_NODE_FLAGS="--cpu-prof --cpu-prof-dir=/tmp/prof" npm run bench`. */
const extraNodeFlags = process.env.RELAY_BENCH_NODE_FLAGS ?? '';

/** One of the programs beside this file that do the same by other means. */
export async function startPlain(
  name: 'floor' | 'polling' | 'loop',
  apiUrl: string,
): Promise<Carrier> {
  const home = makeHome(name);
  const file = join(import.meta.dirname, `${name}.ts`);
  const child = spawn(process.execPath, [file, home, apiUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return { name, home, pid: child.pid ?? 0, stop: () => stop(child, home) };
}

function makeHome(name: string): string {
  const home = mkdtempSync(join(tmpdir(), `relay-bench-${name}-`));
  mkdirSync(join(home, 'queue'), { mode: 0o700 });
  mkdirSync(dispatchFolder(home), { recursive: true, mode: 0o700 });
  return home;
}

async function stop(child: ChildProcess, home: string): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
  rmSync(home, { recursive: true, force: true });
}
