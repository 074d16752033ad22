import {
  existsSync,
  type FSWatcher,
  mkdirSync,
  renameSync,
  unlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Carrier, dispatchFolder } from './programs.ts';

/** Sessions that speak again as soon as they have taken their reply. */
export interface Crowd {
  /** Has so many words answered; resolves with the milliseconds it took. */
  speak(words: number): Promise<number>;
  stop(): void;
}

const stalledMs = 60_000;

export function gather({ home }: Carrier, sessions: number): Crowd {
  const watchers: FSWatcher[] = [];
  let sent = 0;
  let toSend = 0;
  let toAnswer = 0;
  let done = () => {};

  function say(session: string): void {
    if (toSend === 0) return;
    toSend -= 1;
    sent += 1;
    const content = `Step ${sent} is done: all 42 tests pass. Shall I refactor the parser?`;
    const hidden = join(home, 'queue', `.${sent}.part`);
    writeFileSync(hidden, JSON.stringify({ session_id: session, content }));
    renameSync(hidden, join(home, 'queue', `${sent}.json`));
  }

  const names = Array.from({ length: sessions }, (_, index) => `session-${index}`);
  for (const session of names) {
    const folder = dispatchFolder(home, session);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const input = join(folder, 'input.txt');
    const take = () => {
      if (!existsSync(input)) return;
      unlinkSync(input);
      toAnswer -= 1;
      if (toAnswer === 0) done();
      else say(session);
    };
    watchers.push(watch(folder, take));
  }

  return {
    speak(words) {
      return new Promise((resolve, reject) => {
        const startedAt = performance.now();
        const timer = setTimeout(
          () => reject(new Error(`${toAnswer} of ${words} words were not answered`)),
          stalledMs + words * 100,
        );
        done = () => {
          clearTimeout(timer);
          resolve(performance.now() - startedAt);
        };
        toAnswer = words;
        toSend = words;
        for (const session of names) say(session);
      });
    },
    stop() {
      for (const watcher of watchers) watcher.close();
    },
  };
}
