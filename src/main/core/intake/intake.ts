import { unlinkSync } from 'node:fs';
import path from 'node:path';
import type { Command } from '../engine/command.ts';
import type { Engine } from '../engine/engine.ts';
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
}

export interface Intake {
  /**
   * Takes everything that lies in the queue, oldest first, and before it the owner's word by file.
   * Returns when the events are committed and the files are gone.
   * @returns whether some file has to be looked at again soon, since it may be unfinished.
   */
  scan(): { again: boolean };
}

/** One transaction (one fsync) takes at most this many envelopes. */
const batchSize = 200;
/** A file that cannot be read as JSON and has not changed for this long is not being written. */
const settledAfterMs = 1000;

/**
 * Envelopes become events. A file leaves the queue only after its event is committed, and is known
 * again by its key if the relay dies in between.
 */
export function createIntake(options: IntakeOptions): Intake {
  const { home, engine, queries, log, now = Date.now } = options;
  /** Files that may be unfinished: what they looked like, and since when. */
  const unfinished = new Map<string, { look: string; since: number }>();

  function scan(): { again: boolean } {
    takeOwnerInput(home.ownerInput, engine, log);
    const files = listQueue(home.queue);
    const present = new Set(files.map(({ name }) => name));
    for (const name of unfinished.keys()) if (!present.has(name)) unfinished.delete(name);
    for (let from = 0; from < files.length; from += batchSize) {
      takeBatch(files.slice(from, from + batchSize));
    }
    return { again: unfinished.size > 0 };
  }

  function takeBatch(files: readonly QueueFile[]): void {
    const commands: Command[] = [];
    const takenFiles: string[] = [];
    const ids = new Set<string>();
    for (const file of files) {
      const command = commandFor(file, ids);
      if (command === 'leave') continue;
      if (command !== 'known') commands.push(command);
      if (command === 'known' || command.kind !== 'rejectEnvelope') takenFiles.push(file.name);
    }
    if (commands.length > 0) {
      for (const outcome of engine.executeAll(commands)) {
        if (!outcome.ok) log.error({ why: outcome.refusal.message }, 'an envelope was refused');
      }
    }
    for (const name of takenFiles) remove(name);
  }

  function commandFor(file: QueueFile, idsInBatch: Set<string>): Command | 'known' | 'leave' {
    const { name } = file;
    const read = readQueueFile(home.queue, name);
    if (!read.ok) return 'gone' in read ? 'leave' : reject(name, read.reason);
    const { bytes, fileKey } = read;
    if (queries.isFileTaken(fileKey)) return 'known';
    const parsed = parseEnvelope(bytes);
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
