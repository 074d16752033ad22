import {
  appendFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Chance } from '../chance.ts';
import type { Received, SaidWord } from './evidence.ts';
import { type Load, leaningShare } from './load.ts';
import { markOf, marksIn } from './marks.ts';

export interface SessionActor {
  id: string;
  words: readonly SaidWord[];
  /** Read from the file that it keeps. */
  received(): Received[];
  /** It says nothing new, and goes on taking what comes. */
  fallSilent(): void;
  /** Settles when it has looked for the last time. */
  end(): Promise<void>;
}

export interface SessionOptions {
  id: string;
  home: string;
  /** Of its own project, or the one it shares. */
  cwd: string;
  /** Where it writes down what it received. */
  log: string;
  chance: Chance;
  load: Load;
}

const lookEveryMs = 12;

/**
 * A session with its hook: it says a word, waits for `input.txt` or `release`, takes it by renaming
 * it, writes down what it got, and says the next. It knows nothing of the relay but the files.
 */
export function startSession(options: SessionOptions): SessionActor {
  const { id, home, cwd, log, chance, load } = options;
  const folder = path.join(home, 'dispatch', id);
  const input = path.join(folder, 'input.txt');
  const claimed = path.join(folder, `.claimed-${process.pid}`);
  const words: SaidWord[] = [];
  /** Said, and no reply taken. */
  const unanswered = new Map<string, SaidWord>();
  let files = 0;
  let isSilent = false;
  let isOver = false;
  /** Until then it works on what a person typed, and looks for nothing. */
  let busyUntilMs = 0;
  writeFileSync(log, '');

  function drop(envelope: Record<string, unknown>): void {
    files += 1;
    const name = `${id}-${String(files).padStart(5, '0')}.json`;
    const hidden = path.join(home, 'queue', `.${name}`);
    writeFileSync(hidden, JSON.stringify({ session_id: id, cwd, ...envelope }));
    renameSync(hidden, path.join(home, 'queue', name));
  }

  function say(): SaidWord {
    const word = { sessionId: id, mark: markOf(id, words.length + 1), isTypedOver: false };
    words.push(word);
    unanswered.set(word.mark, word);
    const filler = 'The parser reads every line as it should. '.repeat(
      load.lean === 'long-words' ? 60 : chance.whole(0, 6),
    );
    drop({ content: `Step ${word.mark} is done. ${filler}What next?` });
    return word;
  }

  /** A person types in the terminal: whatever was on its way to this session is taken back. */
  function typeOver(waiting: Map<string, SaidWord>): void {
    // Not those alone that it waits for: a release that came late may have ended its wait for others.
    for (const word of unanswered.values()) word.isTypedOver = true;
    unanswered.clear();
    waiting.clear();
    busyUntilMs = Date.now() + chance.whole(0, 400);
    drop({ hook_event_name: 'UserPromptSubmit', prompt: 'Never mind, I do it myself.' });
  }

  const typingShare = () => (load.lean === 'type-over' ? leaningShare : 0.04);

  function note(received: Received): void {
    appendFileSync(log, `${JSON.stringify(received)}\n`);
  }

  /** @returns what was taken, if anything */
  function take(): string | undefined {
    try {
      renameSync(input, claimed);
    } catch {
      return undefined;
    }
    const text = readFileSync(claimed, 'utf8');
    note({ kind: 'input', sessionId: id, text });
    rmSync(claimed);
    for (const mark of marksIn(text)) unanswered.delete(mark);
    return text;
  }

  function takeRelease(): boolean {
    const release = path.join(folder, 'release');
    if (!existsSync(release)) return false;
    rmSync(release, { force: true });
    note({ kind: 'release', sessionId: id });
    return true;
  }

  async function live(): Promise<void> {
    const waiting = new Map<string, SaidWord>();
    while (!isOver) {
      await delay(lookEveryMs);
      if (Date.now() < busyUntilMs) continue;
      // Sometimes a person is quicker than the hook.
      const isTyping = !isSilent && chance.happens(existsSync(input) ? typingShare() : 0.001);
      if (waiting.size > 0 && isTyping) typeOver(waiting);
      else {
        const text = take();
        if (text !== undefined) for (const mark of marksIn(text)) waiting.delete(mark);
        else if (takeRelease()) waiting.clear();
      }
      if (waiting.size > 0 || isSilent || existsSync(input)) continue;
      const count = chance.happens(0.1) ? 2 : 1;
      for (let n = 0; n < count; n += 1) {
        const word = say();
        waiting.set(word.mark, word);
      }
    }
  }

  const life = live();
  return {
    ...{ id, words },
    received: () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        // Every line was written by `note`.
        .map((line) => JSON.parse(line) as Received),
    fallSilent() {
      isSilent = true;
    },
    async end() {
      isOver = true;
      await life;
    },
  };
}
