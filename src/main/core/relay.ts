import path from 'node:path';
import { assemble } from './assemble.ts';
import { installHooks } from './claude-code/install-hooks.ts';
import { removeAlive, writeAlive } from './claude-code/liveness.ts';
import { type Closing, closeAll } from './closing.ts';
import { findInstallation } from './installation.ts';
import { openLasting, type PassingRelay } from './lasting-relay.ts';
import { openFoundations } from './relay-foundations.ts';
import type { RelayOptions } from './relay-options.ts';
import type { RelayPort } from './relay-port.ts';
import { type Home, homeRoot, openHome } from './settings/home.ts';
import { acquireLock, type LockResult } from './settings/lock.ts';
import type { Logger } from './settings/logs.ts';
import { writeFaultSentence } from './store/write-fault.ts';

/** A relay at work. */
export interface Relay {
  port: RelayPort;
  home: Home;
  /** Ends everything in order; what was under way goes on at the next start. */
  stop(): Promise<void>;
}

export type OpenedRelay =
  | { ok: true; relay: Relay }
  /** `conflict`: another relay holds the home. The sentence says what to do. */
  | { ok: false; error: { code: 'conflict' | 'failed'; message: string } };

/** Opens a home, takes its lock and puts a relay to work on it. One relay per home. */
export async function openRelay(options: RelayOptions): Promise<OpenedRelay> {
  const instructions = path.join(findInstallation().resourcesDir, 'supervisor.md');
  const opened = openHome(options.home ?? homeRoot(options.env), instructions);
  if (!opened.ok) return failed(opened.error.message);
  const { home } = opened;
  const lock = tryLock(home, options.host);
  if ('message' in lock) return failed(lock.message);
  if (!lock.ok) {
    const { pid, host } = lock.holder;
    const message = `A ${host} relay (process ${pid}) already holds ${home.root}. Use it, or stop it first.`;
    return { ok: false, error: { code: 'conflict', message } };
  }
  const closing: Closing = [() => lock.release()];
  try {
    const lasting = await openLasting({
      open: (onGone) => openOn(home, options, onGone),
      // Each try has said so in the log.
      onError: () => undefined,
    });
    closing.push(() => lasting.stop());
    return { ok: true, relay: { port: lasting.port, home, stop: () => closeAll(closing) } };
  } catch (error) {
    await closeAll(closing);
    const why = error instanceof Error ? error.message : String(error);
    return failed(`A relay could not be started on ${home.root}: ${sentenceOf(error, why)}`);
  }
}

/** A folder that cannot be written is no bug, so it is told like one's own refusal. */
function tryLock(home: Home, host: string): LockResult | { message: string } {
  try {
    return acquireLock(home, { host });
  } catch (error) {
    const why = writeFaultSentence(error);
    if (why === undefined) throw error;
    return { message: `A relay could not be started on ${home.root}: ${why}` };
  }
}

/** @param onGone it must be opened anew, since its database was deleted */
async function openOn(
  home: Home,
  options: RelayOptions,
  onGone: () => void,
): Promise<PassingRelay> {
  const closing: Closing = [];
  let log: Logger | undefined;
  try {
    const foundations = await openFoundations(home, options, onGone, closing);
    ({ log } = foundations);
    installHooks(home.root, findInstallation().resourcesDir);
    const { port, stop } = await assemble(foundations);
    closing.push(stop);
    writeAlive(home.root);
    closing.push(() => removeAlive(home.root));
    return { port, stop: () => closeAll(closing) };
  } catch (error) {
    log?.error({ error }, 'the relay could not be started');
    await closeAll(closing);
    throw error;
  }
}

const sentenceOf = (error: unknown, why: string): string => writeFaultSentence(error) ?? why;

const failed = (message: string): OpenedRelay => ({
  ok: false,
  error: { code: 'failed', message },
});
