import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'playwright/test';
import { connectRelay } from '#core/rpc/client.ts';
import type { RpcInput, RpcName, RpcOutput } from '#shared/rpc.ts';
import type { RelayPlace } from './launcher.ts';

const relayCommand = path.join(import.meta.dirname, '..', '..', 'bin', 'relay');
const startMs = 60_000;

export interface RelayProcessOptions {
  /** Lines of config.yaml, written before the first start. */
  config?: string;
  /** Added to the environment, or with undefined taken out; nothing of the caller's own goes in. */
  env?: Record<string, string | undefined>;
  /** Done to the home before the relay is started. */
  prepare?: (home: string) => void | Promise<void>;
}

/** `relay run` in a home of its own, and the files and commands by which others talk to it. */
export interface RelayProcess extends RelayPlace {
  /** HOME of everything here: what `connect` would change. */
  userHome: string;
  /** The port it listens on; the same after every restart. */
  port(): number;
  call<N extends RpcName>(name: N, input: RpcInput<N>): Promise<RpcOutput<N>>;
  /** Runs `relay ...` to its end and returns what it printed; rejects when it failed. */
  cli(...args: string[]): Promise<string>;
  /** An envelope, put into the queue as the contract asks for. */
  drop(envelope: { session_id: string; content: string; [key: string]: unknown }): void;
  inputFile(sessionId: string): string;
  /** Waits for the reply, takes it as a session does, and returns it. */
  take(sessionId: string): Promise<string>;
  /** As a power cut does. */
  kill(): Promise<void>;
  /** Starts it again, on the same home and port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function startRelayProcess(options: RelayProcessOptions = {}): Promise<RelayProcess> {
  const folder = mkdtempSync(path.join(tmpdir(), 'relay-e2e-'));
  const userHome = path.join(folder, 'user');
  const home = path.join(userHome, '.relay');
  for (const dir of [userHome, home]) mkdirSync(dir, { mode: 0o700 });
  if (options.config) writeFileSync(path.join(home, 'config.yaml'), options.config);
  await options.prepare?.(home);
  const env = withoutGaps({
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    TZ: process.env.TZ ?? 'UTC',
    HOME: userHome,
    RELAY_HOME: home,
    RELAY_NTFY_ENABLED: 'false',
    // Nothing of these specs leaves this computer, even where one forgets the API.
    RELAY_NTFY_SERVER: 'http://127.0.0.1:9',
    ANTHROPIC_BASE_URL: 'http://127.0.0.1:9',
    ...options.env,
  });
  let child: ChildProcess | undefined;
  let tcpPort = 0;
  let firstUrl: string | undefined;
  let envelopes = 0;

  async function start(): Promise<void> {
    const started = spawn(relayCommand, ['run', '--port', String(tcpPort)], {
      env,
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    firstUrl = await firstLine(started);
    tcpPort = Number(new URL(firstUrl).port);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  async function remote() {
    const relay = await connectRelay(home);
    if (!relay) throw new Error('No relay runs.');
    return relay;
  }

  const relay: RelayProcess = {
    home,
    userHome,
    env,
    port: () => tcpPort,
    async makeUrl() {
      // The address it printed is as good as any, once.
      const printed = firstUrl;
      firstUrl = undefined;
      if (printed !== undefined) return printed;
      const url = await (await remote()).interfaceUrl();
      if (!url.ok) throw new Error(url.error.message);
      return url.value;
    },
    async call(name, input) {
      const result = await (await remote()).call(name, input);
      if (!result.ok) throw new Error(`${name}: ${result.error.message}`);
      return result.value;
    },
    cli: (...args) =>
      new Promise((resolve, reject) => {
        execFile(relayCommand, args, { env, cwd: folder }, (error, stdout, stderr) =>
          error ? reject(new Error(`relay ${args.join(' ')}: ${stderr}`)) : resolve(stdout),
        );
      }),
    drop(envelope) {
      envelopes += 1;
      const name = `${String(envelopes).padStart(6, '0')}.json`;
      const hidden = path.join(home, 'queue', `.${name}`);
      writeFileSync(hidden, JSON.stringify(envelope));
      renameSync(hidden, path.join(home, 'queue', name));
    },
    inputFile: (sessionId) => path.join(home, 'dispatch', sessionId, 'input.txt'),
    async take(sessionId) {
      const file = relay.inputFile(sessionId);
      await expect.poll(() => existsSync(file), { message: file, timeout: 30_000 }).toBe(true);
      const text = readFileSync(file, 'utf8');
      rmSync(file);
      return text;
    },
    kill: () => end('SIGKILL'),
    start,
    async close() {
      await end('SIGTERM');
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  await start();
  return relay;
}

function withoutGaps(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** The address the relay prints once it serves; rejects with what it said instead. */
function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = '';
    let err = '';
    const timer = setTimeout(() => fail('it did not start'), startMs);
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new Error(`relay run: ${why}. ${err}`));
    };
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      err += chunk;
    });
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
      if (!out.includes('\n')) return;
      clearTimeout(timer);
      resolve(out.slice(0, out.indexOf('\n')));
    });
    child.once('exit', (code, signal) => fail(`it ended (${code ?? signal})`));
  });
}
