import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vite';
import type { FaultPoint } from '#core/fault-point.ts';

export type DoomedOrders =
  | { kind: 'open'; home: string; env: Record<string, string>; dieAt: DieAt | undefined }
  /** What was compiled is kept for the processes after it, which are killed before they could. */
  | { kind: 'keep-compiled' }
  | { kind: 'rest?' }
  | { kind: 'stop' };

export type DoomedSays =
  | { kind: 'loaded' }
  | { kind: 'opened' }
  | { kind: 'kept' }
  | { kind: 'rest'; isResting: boolean };

/** Where it ends by itself, as SIGKILL would end it. */
export interface DieAt {
  point: FaultPoint;
  /** It is passed so often, the last one included. */
  times: number;
}

/** One life of a relay. */
export interface DoomedRelay {
  /** Settles when it is at work; also when it died before that. */
  opened: Promise<void>;
  /** Settles with the fault point where it died by itself, undefined for any other end. */
  ended: Promise<string | undefined>;
  isAlive(): boolean;
  kill(): void;
  stop(): void;
  /** Whether every word is answered and nothing waits for the owner; false when it does not say. */
  isAtRest(): Promise<boolean>;
  /** What it said on its standard error: there should be nothing. */
  complaints(): string;
}

/** Lives on one home after the other; the next one is always loaded already. */
export interface DoomedRelays {
  begin(home: string, env: Record<string, string>, dieAt?: DieAt): Promise<DoomedRelay>;
  close(): Promise<void>;
}

const root = path.join(import.meta.dirname, '..', '..');
const builtFolder = path.join(root, '.cache', 'torture', `crash-${process.pid}`);
const loadDeadlineMs = 60_000;

/** Bundles the relay with its fault points, which makes it start in a fraction of the time. */
export async function openDoomedRelays(): Promise<DoomedRelays> {
  await build({
    ...{ root, configFile: false, logLevel: 'error' },
    build: {
      ssr: path.join(import.meta.dirname, 'doomed-relay.ts'),
      outDir: builtFolder,
      target: 'node24',
      minify: false,
    },
    ssr: { noExternal: true, external: ['better-sqlite3'] },
  });
  const first = load();
  await tell(await first, { kind: 'keep-compiled' }, 'kept');
  let next = first;
  let last: ChildProcess | undefined;

  return {
    async begin(home, env, dieAt) {
      const child = await next;
      last = child;
      child.send({ kind: 'open', home, env, dieAt } satisfies DoomedOrders);
      next = load();
      return lifeOf(child);
    },
    async close() {
      last?.kill('SIGKILL');
      (await next).kill('SIGKILL');
      rmSync(builtFolder, { recursive: true, force: true });
    },
  };
}

async function load(): Promise<ChildProcess> {
  const child = fork(path.join(builtFolder, 'doomed-relay.js'), {
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...(process.env.PATH ? { PATH: process.env.PATH } : {}),
      NODE_COMPILE_CACHE: path.join(root, '.cache', 'compile'),
    },
  });
  await saying(child, 'loaded');
  return child;
}

async function tell(child: ChildProcess, orders: DoomedOrders, answer: DoomedSays['kind']) {
  const answered = saying(child, answer);
  child.send(orders);
  return answered;
}

/** The first message of this kind; rejects when the process ends or is silent for too long. */
function saying(child: ChildProcess, kind: DoomedSays['kind']): Promise<DoomedSays> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => end(new Error(`no "${kind}" came`)), loadDeadlineMs);
    const onExit = () => end(new Error(`the relay ended before "${kind}"`));
    const onMessage = (message: unknown) => {
      // Only doomed-relay.ts speaks from that process.
      const said = message as DoomedSays;
      if (said.kind === kind) end(said);
    };
    function end(result: DoomedSays | Error): void {
      clearTimeout(timer);
      child.off('exit', onExit).off('message', onMessage);
      if (result instanceof Error) reject(result);
      else resolve(result);
    }
    child.on('exit', onExit).on('message', onMessage);
  });
}

function lifeOf(child: ChildProcess): DoomedRelay {
  let said = '';
  let complaints = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    complaints += chunk;
  });
  const ended = once(child, 'close').then(() => said.trim().split('\n').at(-1) || undefined);
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  return {
    opened: saying(child, 'opened').then(
      () => {},
      () => {},
    ),
    ended,
    isAlive,
    kill: () => void child.kill('SIGKILL'),
    stop() {
      if (child.connected) child.send({ kind: 'stop' } satisfies DoomedOrders);
    },
    async isAtRest() {
      if (!isAlive()) return false;
      const answer = await tell(child, { kind: 'rest?' }, 'rest').catch(() => undefined);
      return answer?.kind === 'rest' && answer.isResting;
    },
    complaints: () => complaints,
  };
}
