import { lstatSync } from 'node:fs';
import path from 'node:path';
import { localDay } from '#shared/local-day.ts';
import type { PermissionDesk } from './claude-code/permission-desk.ts';
import type { Caller } from './conversation/caller.ts';
import type { TokenCounter } from './conversation/token-counter.ts';
import { createClaimWatch } from './dispatch/claim-watch.ts';
import type { Dispatcher } from './dispatch/dispatcher.ts';
import type { Engine } from './engine/engine.ts';
import { type FolderWatch, watchFolder } from './folder-watch.ts';
import type { Intake } from './intake/intake.ts';
import type { Notifier } from './notify/notifier.ts';
import type { PhoneReplies } from './notify/phone-replies.ts';
import type { Logger } from './settings/logs.ts';
import { writeFaultSentence } from './store/write-fault.ts';

export interface WorkshopOptions {
  home: { queue: string; dispatch: string; ownerInput: string };
  engine: Engine;
  intake: Intake;
  dispatcher: Dispatcher;
  permissionDesk: PermissionDesk;
  waker: { run(): void };
  resumer: { run(): void };
  caller: Caller;
  tokenCounter: TokenCounter;
  notifier: Notifier;
  phoneReplies: PhoneReplies;
  log: Logger;
  /** What is wrong with the disk beside what the reactors meet, a sentence each. */
  diskTrouble?: () => readonly string[];
  backups?: { run(): void };
  /**
   * Looks after the files of the database.
   * @param lastWrites done before all of it is written anew: what was paid for and waits to be stored
   */
  keepDatabase?: (lastWrites: () => void) => void;
}

/**
 * Says when the reactors look: at every committed event, at every file event, and now and then,
 * since a file event can be missed. The reactors themselves find out from state and files what is
 * due, so looking once too often does no harm and nothing depends on a single event.
 */
export interface Workshop {
  start(): void;
  /** Something was committed or changed: look soon. */
  wake(): void;
  /** What blocks or holds may have been mended: find out soon. */
  recheck(why: string): void;
  /** What keeps the relay from working just now, a sentence each. */
  problems(): readonly string[];
  stop(): Promise<void>;
}

const tickMs = 1000;
const rescanEveryTicks = 5;
const snapshotEveryTicks = 300;
const ticksUntilReport = 2;
/** Among the reactors that may fail; what it meets is what it would have told. */
const reportName = 'disk report';

export function createWorkshop(options: WorkshopOptions): Workshop {
  const { home, engine, intake, dispatcher, permissionDesk, waker, resumer, caller } = options;
  const { tokenCounter, notifier, phoneReplies, log } = options;
  const problems = new Map<string, Problem>();
  /** The same for so many ticks: what passes by itself is not for the inbox. */
  let diskTicks = 0;
  let reportedDisk: string | null | undefined;
  let isLookDue = false;
  let isScanDue = false;
  let isStopped = false;
  let ticks = 0;
  let recheckDue: string | undefined;
  let day = localDay(Date.now());
  let nextDue: NodeJS.Timeout | undefined;
  let ticker: NodeJS.Timeout | undefined;
  const folderWatches: FolderWatch[] = [];
  const claimWatch = createClaimWatch(home.dispatch, engine, wake);

  /** One reactor that fails (a full disk, say) keeps no other from its work; it is asked again at
   * the next tick. */
  function guarded(name: string, work: () => void): void {
    try {
      work();
      problems.delete(name);
    } catch (error) {
      const problem = problemOf(error);
      if (problems.get(name)?.why !== problem.why) log.error({ name, error }, 'a reactor failed');
      problems.set(name, problem);
    }
  }

  function diskTrouble(): string | null {
    const met = [...problems].flatMap(([name, { why, isOfDisk }]) =>
      isOfDisk && name !== reportName ? [why] : [],
    );
    const all = [...new Set([...met, ...(options.diskTrouble?.() ?? [])])];
    return all.length === 0 ? null : all.join(' ');
  }

  /** Into the inbox, as far as it can be written; once for each, also where it was dismissed. */
  function reportDisk(): void {
    const problem = diskTrouble();
    diskTicks = problem === null ? 0 : diskTicks + 1;
    if (problem === reportedDisk || (problem !== null && diskTicks < ticksUntilReport)) return;
    engine.execute({ kind: 'reportDisk', problem });
    reportedDisk = problem;
  }

  function scan(): void {
    guarded('intake', () => {
      const { again, more } = intake.scan();
      if (more) scanSoon();
      else if (again) setTimeout(scanSoon, tickMs / 4).unref();
    });
  }

  function look(): void {
    guarded('recheck', recheckIfDue);
    guarded('dispatcher', () => dispatcher.run());
    guarded('permissions', () => permissionDesk.run());
    guarded('store', () => engine.flush());
    guarded('caller', () => {
      caller.run();
      if (caller.trouble) throw caller.trouble;
    });
    guarded('notifier', () => notifier.run());
    guarded('tokenCounter', () => tokenCounter.run());
    guarded('claimWatch', () => claimWatch.follow());
    setDue();
  }

  function setDue(): void {
    clearTimeout(nextDue);
    const at = caller.nextDueAt();
    if (at === undefined || isStopped) return;
    nextDue = setTimeout(wake, Math.max(1, Math.min(at - Date.now(), 60_000)));
    nextDue.unref();
  }

  function wake(): void {
    if (isLookDue || isStopped) return;
    isLookDue = true;
    setImmediate(() => {
      isLookDue = false;
      if (!isStopped) look();
    });
  }

  function scanSoon(): void {
    if (isScanDue || isStopped) return;
    isScanDue = true;
    setImmediate(() => {
      isScanDue = false;
      if (!isStopped) scan();
    });
  }

  /** Hidden files are unfinished, and what left the queue is no reason to look. */
  function scanFor(name: string | undefined): void {
    const isOther = name && (name.startsWith('.') || !name.endsWith('.json'));
    // Of a name that is no text this one is but a likeness.
    const isName = name && !name.includes('\uFFFD');
    if (isOther || (isName && !isThere(path.join(home.queue, name)))) return;
    scanSoon();
  }

  function recheckIfDue(): void {
    const today = localDay(Date.now());
    // A new day has budgets of its own.
    const why = recheckDue ?? (today === day ? undefined : 'new day');
    if (why === undefined) return;
    engine.execute({ kind: 'recheck', why });
    recheckDue = undefined;
    day = today;
  }

  function tick(): void {
    ticks += 1;
    if (ticks % rescanEveryTicks === 0 || problems.has('intake')) {
      for (const watching of folderWatches) watching.renew();
      scanSoon();
    }
    guarded('phone', () => phoneReplies.run());
    guarded('waker', () => waker.run());
    guarded('resumer', () => resumer.run());
    guarded('database', () => options.keepDatabase?.(caller.recordAnswers));
    guarded('backups', () => options.backups?.run());
    guarded(reportName, reportDisk);
    if (ticks % snapshotEveryTicks === 0) guarded('snapshot', () => engine.saveSnapshot());
    wake();
  }

  return {
    start() {
      folderWatches.push(
        watchFolder(home.queue, scanFor),
        watchFolder(path.dirname(home.ownerInput), (name) => {
          if (name === undefined || name === path.basename(home.ownerInput)) scanSoon();
        }),
      );
      ticker = setInterval(tick, tickMs);
      look();
      scan();
    },
    wake,
    recheck(why) {
      recheckDue = why;
      wake();
    },
    // A disk that fails is said once, however many find out.
    problems: () => [
      ...new Set([
        ...[...problems.values()].map(({ why }) => why),
        ...(options.diskTrouble?.() ?? []),
      ]),
    ],
    async stop() {
      isStopped = true;
      clearInterval(ticker);
      clearTimeout(nextDue);
      for (const watching of folderWatches) watching.close();
      claimWatch.close();
      permissionDesk.stop();
      await intake.stop();
      await caller.stop();
      await tokenCounter.stop();
      await phoneReplies.stop();
    },
  };
}

/** Where nobody may look, the scan shall say so. */
function isThere(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

/** What keeps a reactor from its work. */
interface Problem {
  /** For the owner. */
  why: string;
  /** Rather than a bug. */
  isOfDisk: boolean;
}

function problemOf(error: unknown): Problem {
  const sentence = writeFaultSentence(error);
  const why = sentence ?? (error instanceof Error ? error.message : String(error));
  return { why, isOfDisk: sentence !== undefined };
}
