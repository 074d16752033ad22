import { unlinkSync } from 'node:fs';
import path from 'node:path';
import type { Command } from '../engine/command.ts';
import type { Engine } from '../engine/engine.ts';
import { type AtPoint, noFault } from '../fault-point.ts';
import { keepFolder } from '../own-folder.ts';
import type { Logger } from '../settings/logs.ts';
import type { Queries } from '../store/queries.ts';
import { parseEnvelope } from './envelope.ts';
import { takeOwnerInput } from './owner-input.ts';
import { projectRootOf } from './project-root.ts';
import { listQueue, moveToRejected, type QueueFile, readQueueFile } from './queue-files.ts';

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
   * transaction should hold. Returns when the events are committed and the files are gone.
   * @throws what the file system or SQLite throws; nothing is lost, scan again.
   */
  scan(): ScanResult;
}

/** One transaction (one fsync) takes at most so many envelopes, and so many bytes unless it is one:
 * they are all in memory at once, and whoever asks for the status meanwhile waits. */
const batchFiles = 200;
const batchBytes = 16 * 1024 * 1024;
/** A file that cannot be read as JSON and has not changed for this long is not being written. */
const settledAfterMs = 1000;

/**
 * Envelopes become events. A file leaves the queue only after its event is committed, and is known
 * again by its key if the relay dies in between.
 */
export function createIntake(options: IntakeOptions): Intake {
  const { home, engine, queries, log, now = Date.now, atPoint = noFault } = options;
  /** Listed and not yet looked at. */
  let waiting: QueueFile[] = [];
  /** Moved to `.rejected/` while the event could not be committed. */
  let unrecorded: Command[] = [];
  /** Files that may be unfinished: what they looked like, and since when. */
  const unfinished = new Map<string, { look: string; since: number }>();

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
    if (ownerFault && !more) throw ownerFault;
    return { again: unfinished.size > 0, more };
  }

  function list(): QueueFile[] {
    if (keepFolder(home.queue)) log.warn({}, 'queue/ was gone, and was made anew');
    const files = listQueue(home.queue);
    const present = new Set(files.map(({ name }) => name));
    for (const name of unfinished.keys()) if (!present.has(name)) unfinished.delete(name);
    return files;
  }

  function takeBatch(files: readonly QueueFile[]): void {
    const commands: Command[] = [];
    const takenFiles: string[] = [];
    const ids = new Set<string>();
    for (const file of files) {
      const command = commandFor(file, ids);
      if (command === 'leave') continue;
      if (command === 'known') takenFiles.push(file.name);
      else if (command.kind === 'rejectEnvelope') unrecorded.push(command);
      else {
        takenFiles.push(file.name);
        commands.push(command);
      }
    }
    if (commands.length + unrecorded.length > 0) {
      atPoint('intake.read');
      for (const outcome of engine.executeAll([...unrecorded, ...commands])) {
        if (!outcome.ok) log.error({ why: outcome.refusal.message }, 'an envelope was refused');
      }
      unrecorded = [];
    }
    if (takenFiles.length > 0) atPoint('intake.committed');
    for (const name of takenFiles) {
      remove(name);
      atPoint('intake.removed');
    }
  }

  function commandFor(file: QueueFile, idsInBatch: Set<string>): Command | 'known' | 'leave' {
    const { name } = file;
    const read = readQueueFile(home.queue, name);
    if (!read.ok) return 'gone' in read ? 'leave' : reject(name, read.reason);
    const { bytes, fileKey } = read;
    if (queries.isFileTaken(fileKey)) return 'known';
    const parsed = parseEnvelope(bytes, name);
    if (!parsed.ok) {
      if (parsed.maybeUnfinished && !isSettled(file)) return 'leave';
      return reject(name, parsed.reason);
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
        return { kind: 'repeatEnvelope', sessionId, facts };
      }
      idsInBatch.add(key);
    }
    return { kind: 'acceptEnvelope', sessionId, facts, word };
  }

  function reject(name: string, reason: string): Command | 'leave' {
    unfinished.delete(name);
    const keptAs = moveToRejected(home.queue, name, reason);
    if (keptAs === undefined) return 'leave';
    log.warn({ name, reason }, 'an envelope was rejected');
    return { kind: 'rejectEnvelope', name, keptAs, reason };
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

  function remove(name: string): void {
    try {
      unlinkSync(path.join(home.queue, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      // It is known by its key, so leaving it does no harm but for the look of it.
      log.warn({ name, error }, 'an envelope that was taken could not be removed');
    }
  }

  return { scan };
}

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
