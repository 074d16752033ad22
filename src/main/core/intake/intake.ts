import { plainLine } from '#shared/plain-line.ts';
import type { Command } from '../engine/command.ts';
import type { Engine } from '../engine/engine.ts';
import { type AtPoint, noFault } from '../fault-point.ts';
import { keepFolder } from '../own-folder.ts';
import type { Logger } from '../settings/logs.ts';
import type { Queries } from '../store/queries.ts';
import { parseEnvelope } from './envelope.ts';
import { takeOwnerInput } from './owner-input.ts';
import { projectRootOf } from './project-root.ts';
import { listQueue, type QueueFile, readQueueFile, type Seen } from './queue-files.ts';
import { findUnrecorded, moveToRejected } from './rejected-files.ts';
import { removeTaken, settleTaken } from './taken-files.ts';

export interface IntakeOptions {
  home: { queue: string; ownerInput: string };
  engine: Engine;
  queries: Queries;
  log: Logger;
  now?: () => number;
  atPoint?: AtPoint;
}

export interface ScanResult {
  /** Some file has to be looked at again soon, since it may be unfinished. */
  again: boolean;
  /** The next scan will find more at once. */
  more: boolean;
}

export interface Intake {
  /**
   * Takes the owner's word by file and then what lies in the queue, oldest first, as much as one
   * transaction should hold. Returns when the events are committed; the files leave a moment later,
   * when the events are on disk, so that no call has to wait for that.
   * @throws what the file system or SQLite throws; nothing is lost, scan again.
   */
  scan(): ScanResult;
  /** Settles when the files of the last scan are gone, or stay because the disk fails. */
  stop(): Promise<void>;
}

/** One transaction (one fsync) takes at most so many envelopes, and so many bytes unless it is one:
 * they are all in memory at once, and whoever asks for the status meanwhile waits. */
const batchFiles = 200;
const batchBytes = 16 * 1024 * 1024;
/** A file that cannot be read as JSON and has not changed for this long is not being written. */
const settledAfterMs = 1000;

/** A file whose event is committed. */
interface Taken {
  file: QueueFile;
  seen: Seen;
}

/** What is to be done about a file: nothing yet, where it has neither. */
interface Look {
  command?: Command & { kind: 'acceptEnvelope' | 'repeatEnvelope' | 'rejectEnvelope' };
  /** Where it is to be removed, once the command is committed. */
  taken?: Taken;
}

/** Of the machine and not of one file: the order would not be kept by going on with the next. */
const everybodysFaults = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOSPC', 'EDQUOT', 'EROFS']);

/**
 * Envelopes become events. A file leaves the queue only after its event is committed and on disk, and
 * is known again by its key if the relay dies in between.
 */
export function createIntake(options: IntakeOptions): Intake {
  const { home, engine, queries, log, now = Date.now, atPoint = noFault } = options;
  /** Listed and not yet looked at. */
  let waiting: QueueFile[] = [];
  /** Moved to `.rejected/` while the event could not be committed. */
  let unrecorded: Command[] = [];
  let isFirstScan = true;
  /** What a file would not let be done with it, the first of the list at hand. */
  let fileFault: unknown;
  /** Files that may be unfinished: what they looked like, and since when. */
  const unfinished = new Map<string, { look: string; since: number }>();
  /** By what they looked like: committed, and to be removed once that is on disk. */
  const leaving = new Map<string, Taken>();
  let removal: Promise<void> | undefined;

  function scan(): ScanResult {
    let ownerFault: unknown;
    try {
      takeOwnerInput(home.ownerInput, { engine, log, atPoint });
    } catch (error) {
      // It must not keep the sessions waiting.
      ownerFault = error;
    }
    if (waiting.length === 0) waiting = list();
    const batch = nextBatch(waiting);
    const rest = waiting.slice(batch.length);
    // Should this one fail, the next scan begins anew.
    waiting = [];
    takeBatch(batch);
    waiting = rest;
    const more = rest.length > 0;
    // Told with the last piece, since nobody looks for more after a fault.
    const fault = ownerFault ?? fileFault;
    if (fault && !more) throw fault;
    return { again: unfinished.size > 0, more };
  }

  /** What a relay that died left between two steps. */
  function settleFormer(): void {
    settleTaken(home.queue);
    const found = findUnrecorded(home.queue, () => queries.rejectedNames());
    unrecorded = found.map(({ keptAs, reason }) => ({
      ...{ kind: 'rejectEnvelope', name: keptAs, keptAs, reason },
    }));
    isFirstScan = false;
  }

  function list(): QueueFile[] {
    if (keepFolder(home.queue)) log.warn({}, 'queue/ was gone, and was made anew');
    if (isFirstScan) settleFormer();
    fileFault = undefined;
    const files = listQueue(home.queue);
    const present = new Set(files.map(({ name }) => name));
    for (const name of unfinished.keys()) if (!present.has(name)) unfinished.delete(name);
    return files;
  }

  function takeBatch(files: readonly QueueFile[]): void {
    const commands: Command[] = [];
    const taken: Taken[] = [];
    const ids = new Set<string>();
    for (const file of files) {
      const { command, taken: one } = lookAt(file, ids);
      if (command?.kind === 'rejectEnvelope') unrecorded.push(command);
      else if (command) commands.push(command);
      if (one) taken.push(one);
    }
    if (commands.length + unrecorded.length > 0) {
      atPoint('intake.read');
      for (const outcome of engine.executeAll([...unrecorded, ...commands])) {
        if (!outcome.ok) log.error({ why: outcome.refusal.message }, 'an envelope was refused');
      }
      unrecorded = [];
    }
    if (taken.length === 0) return;
    atPoint('intake.committed');
    for (const one of taken) leaving.set(lookOf(one), one);
    removal ??= removeLeaving().finally(() => {
      removal = undefined;
    });
  }

  /** Those that come meanwhile wait for the next fsync, together. */
  async function removeLeaving(): Promise<void> {
    while (leaving.size > 0) {
      const ready = [...leaving.values()];
      try {
        await engine.onDisk();
        for (const one of ready) {
          remove(one);
          atPoint('intake.removed');
        }
      } catch (error) {
        // They stay where they are until the next scan finds them there, taken.
        log.warn({ error }, 'envelopes that were taken could not be removed yet');
      }
      for (const one of ready) leaving.delete(lookOf(one));
    }
  }

  /** One that cannot be dealt with keeps no other from being taken. */
  function lookAt(file: QueueFile, idsInBatch: Set<string>): Look {
    try {
      return lookClosely(file, idsInBatch);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (everybodysFaults.has(code)) throw error;
      log.error({ name: file.name, error }, 'an envelope could not be dealt with');
      fileFault ??= new Error(
        `${plainLine(file.name)} in the queue can neither be taken nor moved away${code && ` (${code})`}. Move it away; everything else goes on.`,
      );
      return {};
    }
  }

  function lookClosely(file: QueueFile, idsInBatch: Set<string>): Look {
    const { name } = file;
    const read = readQueueFile(file);
    if (!read.ok) {
      if ('reason' in read) return reject(file, read);
      if ('changing' in read) unfinished.set(name, { look: '', since: now() });
      return {};
    }
    const { bytes, fileKey, seen } = read;
    const taken = { file, seen };
    if (leaving.has(lookOf(taken))) return {};
    if (queries.isFileTaken(fileKey)) return { taken };
    const parsed = parseEnvelope(bytes, name);
    if (!parsed.ok) {
      if (parsed.maybeUnfinished && !isSettled(file)) return {};
      return reject(file, { reason: parsed.reason, seen });
    }
    unfinished.delete(name);
    const { sessionId, word } = parsed;
    const facts = {
      ...parsed.facts,
      name,
      fileKey,
      sizeBytes: bytes.length,
      projectRoot: projectRootOf(parsed.facts.cwd),
    };
    const { envelopeId } = facts;
    if (envelopeId !== null) {
      const key = `${sessionId}\n${envelopeId}`;
      if (idsInBatch.has(key) || queries.isIdTaken(sessionId, envelopeId)) {
        return { command: { kind: 'repeatEnvelope', sessionId, facts }, taken };
      }
      idsInBatch.add(key);
    }
    return { command: { kind: 'acceptEnvelope', sessionId, facts, word }, taken };
  }

  function reject(file: QueueFile, why: { seen: Seen; reason: string }): Look {
    const { name } = file;
    const { reason } = why;
    unfinished.delete(name);
    const keptAs = moveToRejected(home.queue, file, { seen: why.seen, reason });
    if (keptAs === undefined) return {};
    log.warn({ name, reason }, 'an envelope was rejected');
    return { command: { kind: 'rejectEnvelope', name, keptAs, reason } };
  }

  /** Judged by what was seen here, not by the file's own time, which may lie in the future. */
  function isSettled({ name, mtimeNs, sizeBytes }: QueueFile): boolean {
    const look = `${mtimeNs}:${sizeBytes}`;
    const known = unfinished.get(name);
    if (known?.look !== look) {
      unfinished.set(name, { look, since: now() });
      return false;
    }
    return now() - known.since >= settledAfterMs;
  }

  function remove({ file, seen }: Taken): void {
    try {
      removeTaken(home.queue, file, seen);
    } catch (error) {
      // It is known by its key, so leaving it does no harm but for the look of it.
      const { name } = file;
      log.warn({ name, error }, 'an envelope that was taken could not be removed');
    }
  }

  return { scan, stop: async () => removal };
}

/**
 * By what a file that is about to leave is known again. Not by its key: that holds its change time,
 * which changes with its rights or when another takes its place, and it would be taken twice.
 */
const lookOf = ({ file, seen }: Taken): string =>
  [seen.dev, seen.ino, seen.mtimeNs, seen.size, file.name].join(':');

function nextBatch(files: readonly QueueFile[]): QueueFile[] {
  const batch: QueueFile[] = [];
  let sizeBytes = 0;
  for (const file of files) {
    sizeBytes += Number(file.sizeBytes);
    if (batch.length === batchFiles || (batch.length > 0 && sizeBytes > batchBytes)) break;
    batch.push(file);
  }
  return batch;
}
