import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
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
import { pathToFileURL } from 'node:url';
import { connectRelay } from '#core/rpc/client.ts';
import type { RpcInput, RpcName, RpcOutput } from '#shared/rpc.ts';
import { becomes } from '../relay-run.ts';
import { openPrivateMounts, type PrivateMounts } from './private-mounts.ts';

const root = path.join(import.meta.dirname, '..', '..');
/** On a machine that many others use, too. */
const startMs = 90_000;
/** Nobody: a user that file permissions hold for. */
const ordinaryUser = 65_534;
const program = path.join(root, 'src', 'main', 'cli', 'index.ts');
const user = String(ordinaryUser);
const asOrdinary = ['setpriv', '--reuid', user, '--regid', user, '--clear-groups'];

/** Whether the relay runs as an ordinary user though this process is root, for whom no rights hold. */
const becomesOrdinary = process.getuid?.() === 0 && mayBecomeOrdinary();
/** Whether it runs as one that the rights of files hold for. */
export const isOrdinary = process.getuid?.() !== 0 || becomesOrdinary;

/** Where the checkout lies in a folder for root alone, that user could not run it. */
function mayBecomeOrdinary(): boolean {
  const [file = '', ...args] = [...asOrdinary, process.execPath, program, '--version'];
  try {
    execFileSync(file, args, { stdio: 'ignore', cwd: '/' });
    return true;
  } catch {
    return false;
  }
}

export interface HarmedRelayOptions {
  api: { url: string; key: string };
  /** Among mounts of its own (`canMount`). */
  hasMounts?: boolean;
  /** The home lies on a disk of its own, of this size; with `hasMounts`. */
  diskMegabytes?: number;
  config?: string;
}

/** `relay run` as an ordinary user, in a home that is about to be harmed. */
export interface HarmedRelay extends AsyncDisposable {
  /** The home as this process reaches it. */
  home: string;
  /** Its own mounts, where it has any. */
  mounts: PrivateMounts | undefined;
  /** The home as the relay knows it. */
  ownHome: string;
  /** Beside the home, for what is moved out of it. */
  aside: string;
  start(): Promise<void>;
  /** Resolves with the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
  isAlive(): boolean;
  said(): string;
  jumpClock(offsetMs: number): void;
  /** @throws when it is refused, or nobody answers */
  call<N extends RpcName>(name: N, input: RpcInput<N>): Promise<RpcOutput<N>>;
  /** Runs `relay ...` on the home. */
  command(...args: string[]): Promise<{ code: number; out: string; err: string }>;
  drop(sessionId: string, ticket: string): void;
  inputFile(sessionId: string): string;
  /** Gives what this process has written in the home to the relay's user. */
  own(file: string): void;
}

export async function openHarmedRelay(options: HarmedRelayOptions): Promise<HarmedRelay> {
  const folder = mkdtempSync(path.join(tmpdir(), 'relay-disk-'));
  chmodSync(folder, 0o755);
  const ownHome = path.join(folder, 'relay');
  mkdirSync(ownHome, { mode: 0o700 });
  const aside = path.join(folder, 'aside');
  mkdirSync(aside, { mode: 0o777 });
  const mounts = options.hasMounts ? await openPrivateMounts() : undefined;
  if (options.diskMegabytes) {
    const size = `size=${options.diskMegabytes}m`;
    mounts?.run('mount', '-t', 'tmpfs', '-o', size, 'tmpfs', ownHome);
  }
  const home = mounts ? mounts.seen(ownHome) : ownHome;
  chmodSync(home, 0o700);
  const own = (file: string) => {
    if (becomesOrdinary) chownSync(file, ordinaryUser, ordinaryUser);
  };
  for (const dir of [home, aside]) own(dir);
  writeFileSync(path.join(home, 'config.yaml'), options.config ?? '');
  own(path.join(home, 'config.yaml'));
  const clock = path.join(folder, 'clock');
  const env = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: ownHome,
    RELAY_HOME: ownHome,
    RELAY_NTFY_ENABLED: 'false',
    ANTHROPIC_API_KEY: options.api.key,
    ANTHROPIC_BASE_URL: options.api.url,
    RELAY_TORTURE_CLOCK: clock,
  };
  const asUser = becomesOrdinary ? asOrdinary : [];
  const preload = [
    '--import',
    pathToFileURL(path.join(import.meta.dirname, 'jumping-clock.ts')).href,
  ];
  const line = (...args: string[]): [string, string[]] => {
    const all = [
      ...(mounts?.prefix ?? []),
      ...asUser,
      process.execPath,
      ...preload,
      program,
      ...args,
    ];
    return [all[0] ?? '', all.slice(1)];
  };
  let child: ChildProcess | undefined;
  let said = '';
  const isAlive = () => child !== undefined && child.exitCode === null && child.signalCode === null;

  const relay: HarmedRelay = {
    ...{ home, ownHome, aside, mounts, isAlive, own },
    said: () => said,
    async start() {
      said = '';
      const [file, args] = line('run', '--no-ui');
      const started = spawn(file, args, { env, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
      child = started;
      for (const stream of [started.stdout, started.stderr]) {
        stream.setEncoding('utf8').on('data', (chunk: string) => {
          said += chunk;
        });
      }
      const isUp = async () => !isAlive() || (await connectRelay(home)) !== undefined;
      if (!(await becomes(isUp, startMs)) || !isAlive())
        throw new Error(`No relay came up. ${said}`);
    },
    async end(signal = 'SIGTERM') {
      if (!child || !isAlive()) return child?.exitCode ?? null;
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
      return child.exitCode;
    },
    jumpClock(offsetMs) {
      writeFileSync(clock, String(offsetMs));
      child?.kill('SIGUSR2');
    },
    async call(name, input) {
      const remote = await connectRelay(home);
      if (!remote) throw new Error(`No relay answers. ${said}`);
      const result = await remote.call(name, input);
      if (!result.ok) throw new Error(`${name}: ${result.error.message}`);
      return result.value;
    },
    command(...args) {
      const [file, rest] = line(...args);
      return new Promise((resolve) => {
        execFile(file, rest, { env, cwd: '/', maxBuffer: 2 ** 26 }, (error, out, err) => {
          resolve({ code: error ? Number(error.code) : 0, out, err });
        });
      });
    },
    drop(sessionId, ticket) {
      const hidden = path.join(home, 'queue', `.${ticket}`);
      const content = `All 42 tests pass. Shall I go on? This is ticket ${ticket}`;
      writeFileSync(hidden, JSON.stringify({ session_id: sessionId, content, cwd: null }));
      own(hidden);
      renameSync(hidden, path.join(home, 'queue', `${ticket}.json`));
    },
    inputFile: (sessionId) => path.join(home, 'dispatch', sessionId, 'input.txt'),
    async [Symbol.asyncDispose]() {
      await relay.end('SIGKILL');
      await mounts?.end();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  return relay;
}

/** Takes the next reply; undefined where none comes in time. */
export async function takeNext(
  relay: HarmedRelay,
  sessionId: string,
  deadlineMs: number,
): Promise<string | undefined> {
  let reply: string | undefined;
  await becomes(() => {
    reply = take(relay, sessionId);
    return reply !== undefined;
  }, deadlineMs);
  return reply;
}

/** Takes what lies there, as a session does; undefined where nothing does. */
export function take(relay: HarmedRelay, sessionId: string): string | undefined {
  const file = relay.inputFile(sessionId);
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  rmSync(file);
  return text;
}
