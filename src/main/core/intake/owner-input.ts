import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { SessionId } from '#shared/ids.ts';
import type { Command } from '../engine/command.ts';
import type { Engine } from '../engine/engine.ts';
import { type AtPoint, noFault } from '../fault-point.ts';
import type { Logger } from '../settings/logs.ts';

const largestBytes = 1024 * 1024;

interface Desk {
  engine: Engine;
  log: Logger;
  atPoint?: AtPoint;
}

/**
 * Takes the owner's word from `jc_input.txt` where there is one (DESIGN 2.4). The file is first
 * renamed, so that a word which is written meanwhile is a word of its own, and removed only after
 * its event is committed: killed in between, the next start takes it from there.
 */
export function takeOwnerInput(file: string, desk: Desk): void {
  const taken = path.join(path.dirname(file), `.${path.basename(file)}.taken`);
  // One left by a relay that died: whether its word was committed is known by the mark of the file.
  if (existsSync(taken)) carryOut(taken, desk);
  const found = lstatSync(file, { throwIfNoEntry: false });
  // An empty one is just being written by somebody who does not rename.
  if (!found || (found.isFile() && found.size === 0)) return;
  if (!found.isFile() || found.size > largestBytes) {
    throw new Error(
      'jc_input.txt is not a regular file of at most 1 MiB. Move it away and write your word anew.',
    );
  }
  try {
    renameSync(file, taken);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  desk.atPoint?.('owner-input.renamed');
  carryOut(taken, desk);
}

function carryOut(taken: string, { engine, log, atPoint = noFault }: Desk): void {
  const stats = lstatSync(taken, { bigint: true });
  const text = readFileSync(taken, 'utf8').replace(/^\uFEFF/, '');
  const mark = createHash('sha256')
    .update(`${stats.dev}\0${stats.ino}\0${stats.mtimeNs}\0${text}`)
    .digest('base64url');
  if (text.trim() !== '' && engine.state.lastOwnerInput !== mark) {
    const outcome = engine.execute({ kind: 'takeOwnerInput', mark, word: ownerWord(text) });
    if (!outcome.ok) log.error(outcome.refusal, 'the word in jc_input.txt was refused');
  }
  atPoint('owner-input.committed');
  rmSync(taken, { force: true });
}

export type OwnerWord = Extract<Command, { kind: 'takeOwnerInput' }>['word'];

/** `@<session_id>: text` goes straight to that session; anything else to the supervisor. */
export function ownerWord(text: string): OwnerWord {
  const trimmed = text.trim();
  const address = /^@([A-Za-z0-9._-]{1,128}):\s*([\s\S]*)$/.exec(trimmed);
  const sessionId = SessionId.safeParse(address?.[1]);
  const words = address?.[2]?.trim();
  if (sessionId.success && words) return { sessionId: sessionId.data, text: words };
  return { sessionId: null, text: trimmed };
}
