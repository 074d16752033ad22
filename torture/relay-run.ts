import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectRelay } from '#core/rpc/client.ts';
import type { RelayEvent } from '#shared/events.ts';
import type { RpcInput, RpcName, RpcOutput, RpcResult } from '#shared/rpc.ts';

const root = path.join(import.meta.dirname, '..');
/** Of a machine that is at much else, too. */
const startMs = 120_000;

export interface RelayRunOptions {
  /** Lines of config.yaml, written before the first start. */
  config?: string;
  /** Added to the environment; nothing of the caller's own goes in. */
  env?: Record<string, string>;
  /** `--port 0` instead of `--no-ui`. */
  ui?: boolean;
}

/** `relay run`, as the source is now, in a process and a home of its own. */
export interface RelayRun extends AsyncDisposable {
  home: string;
  /** HOME of the process: where Claude Code's settings would be. */
  userHome: string;
  env: Record<string, string>;
  pid(): number;
  isAlive(): boolean;
  /** What it said on standard output and error, since the first start. */
  said(): string;
  ask<N extends RpcName>(name: N, input: RpcInput<N>): Promise<RpcResult<RpcOutput<N>>>;
  /** @throws when it is refused */
  call<N extends RpcName>(name: N, input: RpcInput<N>): Promise<RpcOutput<N>>;
  /** Events that were committed since this was last asked, in order. */
  newEvents(): Promise<RelayEvent[]>;
  /** Stops it where it stands, so that files can be laid out before it looks again. */
  freeze(): void;
  thaw(): void;
  /** The most memory it ever held at once, in MB; undefined where the system does not say. */
  peakMb(): number | undefined;
  end(signal?: NodeJS.Signals): Promise<void>;
  start(): Promise<void>;
}

export async function startRelayRun(options: RelayRunOptions = {}): Promise<RelayRun> {
  const folder = mkdtempSync(path.join(tmpdir(), 'relay-torture-'));
  const home = path.join(folder, 'relay');
  const userHome = path.join(folder, 'user');
  for (const dir of [home, userHome]) mkdirSync(dir, { mode: 0o700 });
  if (options.config) writeFileSync(path.join(home, 'config.yaml'), options.config);
  const env = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: userHome,
    RELAY_HOME: home,
    RELAY_NTFY_ENABLED: 'false',
    // Nothing leaves this computer, even where a campaign forgets the API.
    RELAY_NTFY_SERVER: 'http://127.0.0.1:9',
    ANTHROPIC_BASE_URL: 'http://127.0.0.1:9',
    NODE_COMPILE_CACHE: path.join(root, '.cache', 'compile'),
    ...options.env,
  };
  const program = path.join(root, 'src', 'main', 'cli', 'index.ts');
  const ui = options.ui ? ['--port', '0'] : ['--no-ui'];
  let child: ChildProcess | undefined;
  let said = '';
  let cursor = 0;

  const isAlive = () => child !== undefined && child.exitCode === null && child.signalCode === null;

  async function remote() {
    const relay = await connectRelay(home);
    if (!relay) throw new Error(`No relay answers. ${said}`);
    return relay;
  }

  async function start(): Promise<void> {
    const started = spawn(process.execPath, [program, 'run', ...ui], {
      env,
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        said += chunk;
      });
    }
    const deadline = Date.now() + startMs;
    while (!(await connectRelay(home))) {
      if (!isAlive() || Date.now() > deadline) throw new Error(`No relay came up. ${said}`);
      await delay(20);
    }
  }

  const relay: RelayRun = {
    ...{ home, userHome, env, isAlive, start },
    pid: () => child?.pid ?? 0,
    said: () => said,
    ask: async (name, input) => (await remote()).call(name, input),
    async call(name, input) {
      const result = await relay.ask(name, input);
      if (!result.ok) throw new Error(`${name}: ${result.error.message}`);
      return result.value;
    },
    async newEvents() {
      const found: RelayEvent[] = [];
      for (;;) {
        const { events, lastSeq } = await relay.call('events.after', { after: cursor });
        found.push(...events);
        cursor = events.at(-1)?.seq ?? cursor;
        if (events.length === 0 || cursor >= lastSeq) return found;
      }
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    peakMb() {
      const status = statusOf(child?.pid);
      const peak = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
      return peak === undefined ? undefined : Math.round(Number(peak) / 1024);
    },
    async end(signal = 'SIGTERM') {
      if (!child || !isAlive()) return;
      const exited = once(child, 'exit');
      child.kill('SIGCONT');
      child.kill(signal);
      await exited;
    },
    async [Symbol.asyncDispose]() {
      await relay.end('SIGKILL');
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  await start();
  return relay;
}

function statusOf(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

/** Waits until something is so; false when it is not within the deadline. */
export async function becomes(
  isSo: () => boolean | Promise<boolean>,
  deadlineMs: number,
): Promise<boolean> {
  const deadline = Date.now() + deadlineMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) return false;
    await delay(20);
  }
  return true;
}
