import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type SecretSource, writeSecretsLine } from '#core/settings/secret-source.ts';
import { environment } from '../environment.ts';
import { attachUnless } from './attached-relay.ts';
import type { FoundRelay, Search } from './relay-link.ts';

export interface ChildRelayOptions {
  home: string;
  /** A Node that can load the database. */
  nodePath: string;
  /** The built headless host. */
  script: string;
  secrets: SecretSource;
  /** Aborted: what has been started is ended. */
  stopping: AbortSignal;
}

/** A start includes bringing the database up to date, after a backup copy. */
const startMs = 60_000;
const lookEveryMs = 50;
const stopMs = 10_000;

/**
 * The headless host as a child of the desktop. It ends when its standard input does, so it never
 * outlives the desktop, however that ends; the secrets come in by the same way.
 */
export async function startChildRelay(options: ChildRelayOptions): Promise<Search> {
  const { home, nodePath, script, secrets, stopping } = options;
  const child = spawn(nodePath, [script, '--no-ui', '--owned'], {
    env: { ...environment, RELAY_HOME: home },
    stdio: ['pipe', 'ignore', 'pipe'],
    windowsHide: true,
  });
  const complaint = collectText(child);
  // It may be gone before it has read everything; its exit says so.
  child.stdin?.on('error', () => {});
  const send = () => child.stdin?.write(writeSecretsLine(secrets.read()));
  send();
  const unsubscribe = secrets.onChange(send);
  const ended = hasEnded(child).then(unsubscribe);

  const relay = await waitForRelay(home, child, stopping);
  if (relay === undefined) {
    await stopChild(child, ended);
    return { ok: false, message: complaint() || `The relay did not start (${nodePath}).` };
  }
  return {
    ok: true,
    relay: {
      ...relay,
      place: 'child',
      async release() {
        await relay.release();
        await stopChild(child, ended);
      },
    },
  };
}

async function waitForRelay(
  home: string,
  child: ChildProcess,
  stopping: AbortSignal,
): Promise<FoundRelay | undefined> {
  const deadline = Date.now() + startMs;
  while (Date.now() < deadline && isRunning(child) && !stopping.aborted) {
    const relay = await attachUnless(stopping, home);
    if (relay !== undefined && !stopping.aborted) return relay;
    await delay(lookEveryMs, undefined, { signal: stopping }).catch(() => {});
  }
  return undefined;
}

const isRunning = (child: ChildProcess) =>
  child.pid !== undefined && child.exitCode === null && child.signalCode === null;

async function hasEnded(child: ChildProcess): Promise<void> {
  // A program that cannot be started has no exit, only an error.
  await Promise.race([once(child, 'exit'), once(child, 'error')]).catch(() => {});
}

async function stopChild(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (!isRunning(child)) return;
  child.stdin?.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await ended;
  clearTimeout(timer);
}

/** The last words on its standard error: the sentence that says why it did not start. */
function collectText(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    process.stderr.write(chunk);
    text = (text + chunk).slice(-2000);
  });
  return () => text.trim().split('\n').at(-1) ?? '';
}
