import {
  existsSync,
  type FSWatcher,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

/** Something that was promised for a session and was seen otherwise. */
export class Broken extends Error {}

const deadlineMs = 60_000;

/** A program that speaks through the queue and takes its replies, one after the other. */
export interface TalkingSession {
  /**
   * One exchange.
   * @returns milliseconds from the word's rename into the queue to the reply's appearance.
   * @throws Broken when no answer comes, or another's.
   */
  exchange(): Promise<number>;
  close(): void;
}

export function openTalkingSession(home: string, sessionId: string): TalkingSession {
  const folder = path.join(home, 'dispatch', sessionId);
  const input = path.join(folder, 'input.txt');
  const release = path.join(folder, 'release');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let look: () => void = () => undefined;
  const watcher: FSWatcher = watch(folder, () => look());
  let count = 0;

  function appears(ticket: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const fail = () => reject(new Broken(`Nothing came for ${ticket} within a minute.`));
      const timer = setTimeout(fail, deadlineMs);
      // A file event can be missed, by this program as by any other.
      const poll = setInterval(() => look(), 250);
      look = () => {
        if (!existsSync(input) && !existsSync(release)) return;
        clearTimeout(timer);
        clearInterval(poll);
        look = () => undefined;
        resolve(performance.now());
      };
      look();
    });
  }

  return {
    async exchange() {
      count += 1;
      const ticket = `${sessionId}-${count}`;
      const hidden = path.join(home, 'queue', `.${ticket}.part`);
      writeFileSync(hidden, JSON.stringify({ session_id: sessionId, content: wordOf(ticket) }));
      const sentAt = performance.now();
      renameSync(hidden, path.join(home, 'queue', `${ticket}.json`));
      const seenAt = await appears(ticket);
      if (existsSync(release)) rmSync(release);
      else {
        const reply = readFileSync(input, 'utf8');
        rmSync(input);
        if (!reply.endsWith(`ticket ${ticket}`)) {
          throw new Broken(`${ticket} was answered with: ${reply}`);
        }
      }
      return seenAt - sentAt;
    },
    close: () => watcher.close(),
  };
}

const wordOf = (ticket: string): string =>
  `All 42 tests pass after the change of the parser; the lexer has three left that fail on tabs. Shall I refactor it? This is ticket ${ticket}`;
