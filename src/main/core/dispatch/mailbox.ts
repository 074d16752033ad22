import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import type { DispatchId, SessionId } from '#shared/ids.ts';
import { keepFolder } from '../own-folder.ts';

/** The right to begin, good once: whoever renames the file `from` has it. */
export interface ResumeTicket {
  from: string;
  /** The number of the process that takes it is appended. */
  to: string;
}

export interface HandedOver {
  pid: number;
  at: number;
}

/**
 * The folder `dispatch/<session_id>/` as the file system sees it (DESIGN 2.3). Each step throws the
 * system's error where it cannot be done or known, and is safe to repeat; the order of stage, commit
 * and publish is what makes a reply appear exactly once: a staged file that is still there after
 * `dispatch.written` is committed has not been published, one that is gone has.
 */
export interface Mailbox {
  /** Nothing lies there, and nothing is being handed over by a hook. */
  isFree(sessionId: SessionId): boolean;
  /** Puts the text on disk (fsync) under a hidden name. Call only while nothing else is staged. */
  stage(sessionId: SessionId, dispatchId: DispatchId, text: string): void;
  isStaged(sessionId: SessionId, dispatchId: DispatchId): boolean;
  /** Lets the staged text appear as `input.txt`, whole. Call only while the box is free. */
  publish(sessionId: SessionId, dispatchId: DispatchId): void;
  /** Removes what is left of a reply that was taken back, once that is committed. */
  discard(sessionId: SessionId, dispatchId: DispatchId): void;
  /** Removes what earlier relays left of replies that are `open` no more. */
  sweep(sessionId: SessionId, open: ReadonlySet<DispatchId>): void;
  /** Takes `input.txt` back, or has done so before; false when the session was quicker. */
  takeBack(sessionId: SessionId, dispatchId: DispatchId): boolean;
  /** Makes `input.txt` the staged file again; false when the session was quicker. */
  setAside(sessionId: SessionId, dispatchId: DispatchId): boolean;
  /** What `claude --resume` takes the staged text with. It is handed over from the moment on that the
   * file is renamed, whoever lives to see it. */
  ticket(sessionId: SessionId, dispatchId: DispatchId): ResumeTicket;
  /** The process that the text was handed over to, and when; undefined where it was to none. */
  handedOver(sessionId: SessionId, dispatchId: DispatchId): HandedOver | undefined;
  /** It has not arrived: the text is staged again. */
  takeFrom(sessionId: SessionId, dispatchId: DispatchId, handed: HandedOver): void;
  /** Makes a release ready under a hidden name. */
  stageRelease(sessionId: SessionId): void;
  /** Lets whoever waits stop waiting: the staged release appears; false where there is none. */
  publishRelease(sessionId: SessionId): boolean;
}

export function createMailbox(dispatchFolder: string): Mailbox {
  const at = (sessionId: SessionId, name: string) => path.join(dispatchFolder, sessionId, name);
  const input = (sessionId: SessionId) => at(sessionId, 'input.txt');
  const staged = (sessionId: SessionId, id: DispatchId) => at(sessionId, `.${id}.part`);
  const handed = (id: DispatchId) => `.${id}.handed-`;
  const withdrawn = (sessionId: SessionId, id: DispatchId) => at(sessionId, `.${id}.withdrawn`);
  const stagedRelease = (sessionId: SessionId) => at(sessionId, '.release.part');
  // One by one: made in one call, Node says of a disk that is full or read-only that nothing is there.
  const makeFolder = (sessionId: SessionId) => {
    keepFolder(dispatchFolder);
    keepFolder(path.join(dispatchFolder, sessionId));
  };
  const namesOf = (sessionId: SessionId, beginning: string) => {
    const folder = path.join(dispatchFolder, sessionId);
    return isThere(folder) ? readdirSync(folder).filter((name) => name.startsWith(beginning)) : [];
  };

  return {
    isFree(sessionId) {
      // Not even a link that leads nowhere is written over.
      if (isThere(input(sessionId))) return false;
      return !isInHand(path.join(dispatchFolder, sessionId));
    },
    stage(sessionId, dispatchId, text) {
      makeFolder(sessionId);
      clearLeftovers(path.join(dispatchFolder, sessionId));
      writeDurably(staged(sessionId, dispatchId), text);
    },
    isStaged: (sessionId, dispatchId) => isThere(staged(sessionId, dispatchId)),
    publish(sessionId, dispatchId) {
      // A release that nobody waited for would keep the next one from seeing the reply.
      rmSync(at(sessionId, 'release'), { force: true });
      renameSync(staged(sessionId, dispatchId), input(sessionId));
    },
    discard(sessionId, dispatchId) {
      rmSync(staged(sessionId, dispatchId), { force: true });
      rmSync(withdrawn(sessionId, dispatchId), { force: true });
      for (const name of namesOf(sessionId, handed(dispatchId))) rmSync(at(sessionId, name));
    },
    sweep(sessionId, open) {
      for (const name of namesOf(sessionId, '.d')) {
        const id = /^\.(d\d+)\.(?:part|withdrawn)$/.exec(name)?.[1];
        // What the pattern leaves has the brand's form.
        if (id !== undefined && !open.has(id as DispatchId)) rmSync(at(sessionId, name));
      }
    },
    takeBack: (sessionId, dispatchId) =>
      isThere(withdrawn(sessionId, dispatchId)) ||
      renameIfThere(input(sessionId), withdrawn(sessionId, dispatchId)),
    setAside: (sessionId, dispatchId) =>
      renameIfThere(input(sessionId), staged(sessionId, dispatchId)),
    ticket: (sessionId, dispatchId) => ({
      from: staged(sessionId, dispatchId),
      to: at(sessionId, handed(dispatchId)),
    }),
    handedOver(sessionId, dispatchId) {
      const [name] = namesOf(sessionId, handed(dispatchId));
      if (name === undefined) return undefined;
      const pid = Number(name.slice(handed(dispatchId).length));
      // A rename changes nothing of a file but this.
      return { pid, at: lstatSync(at(sessionId, name)).ctimeMs };
    },
    takeFrom: (sessionId, dispatchId, { pid }) =>
      renameSync(at(sessionId, `${handed(dispatchId)}${pid}`), staged(sessionId, dispatchId)),
    stageRelease(sessionId) {
      makeFolder(sessionId);
      closeSync(openSync(stagedRelease(sessionId), 'w', 0o600));
    },
    publishRelease: (sessionId) =>
      renameIfThere(stagedRelease(sessionId), at(sessionId, 'release')),
  };
}

/**
 * "Not there" means taken, so it is only said where it is known: not of a folder that may not be
 * looked into, nor where a file lies in its place.
 * @throws the system's error
 */
function isThere(file: string): boolean {
  try {
    lstatSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** A hook has claimed the reply and is handing it over; if it is interrupted it puts it back. */
function isInHand(folder: string): boolean {
  if (!isThere(folder)) return false;
  return readdirSync(folder).some((name) => /^\.claimed-\d+$/.test(name));
}

/** Of a relay that was killed and whose reply was withdrawn before it could be sent. */
function clearLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (/^\.d\d+\.(?:part|withdrawn|handed-\d+)$/.test(name)) rmSync(path.join(folder, name));
  }
}

function renameIfThere(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function writeDurably(file: string, text: string): void {
  const fd = openSync(file, 'w', 0o600);
  try {
    const bytes = Buffer.from(text, 'utf8');
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
