import { existsSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabaseToRead } from '#core/store/database.ts';
import type { Chance } from '../chance.ts';
import type { OwnerWord } from './evidence.ts';
import { asideOf, lastMark } from './marks.ts';

export interface OwnerActor {
  words: readonly OwnerWord[];
  end(): Promise<void>;
  /** While the database is changed by other hands. */
  lookAway(): Promise<void>;
  lookAgain(): void;
}

interface OpenItem {
  id: string;
  session_id: string | null;
  summary: string;
}

const lookEveryMs = 60;

/** Answers each question once, oldest first, by `jc_input.txt`: to the session, or to the supervisor. */
export function startOwner(home: string, chance: Chance): OwnerActor {
  const file = path.join(home, 'jc_input.txt');
  const words: OwnerWord[] = [];
  const answered = new Set<string>();
  let isOver = false;
  let isAway = false;
  let looking: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    const items = await openItems(path.join(home, 'relay.db'));
    // One at a time, since a word that names no session answers the oldest.
    if (existsSync(file) || items.some(({ id }) => answered.has(id))) return;
    const [oldest] = items;
    const asked = oldest && lastMark(oldest.summary);
    if (!oldest || !asked) return;
    answered.add(oldest.id);
    const directTo = chance.happens(0.5) ? oldest.session_id : null;
    const named = directTo === null ? asked.mark : asideOf(asked.mark);
    const said = `By the owner's word ${words.length + 1}: ${named} may go on.`;
    const hidden = path.join(home, '.jc-written');
    words.push({ text: said, directTo });
    writeFileSync(hidden, directTo === null ? said : `@${directTo}: ${said}`);
    renameSync(hidden, file);
  }

  async function live(): Promise<void> {
    while (!isOver) {
      await delay(lookEveryMs);
      if (isAway) continue;
      looking = look();
      await looking;
    }
  }

  const life = live();
  return {
    words,
    async end() {
      isOver = true;
      await life;
    },
    async lookAway() {
      isAway = true;
      await looking;
    },
    lookAgain() {
      isAway = false;
    },
  };
}

/** As the inbox shows them; nothing while the database cannot be read (the relay is just dead). */
async function openItems(file: string): Promise<OpenItem[]> {
  try {
    const db = await openDatabaseToRead(file);
    try {
      // The query's own columns.
      return db
        .prepare(
          `SELECT id, session_id, summary FROM items
           WHERE settled_at IS NULL AND kind = 'escalation' ORDER BY rowid`,
        )
        .all() as OpenItem[];
    } finally {
      db.close();
    }
  } catch {
    return [];
  }
}
