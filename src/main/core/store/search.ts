import type { RelayEvent } from '#shared/events.ts';
import type { ConversationId, SessionId } from '#shared/ids.ts';
import type { Found } from '#shared/models.ts';
import { saidIn } from '#shared/said.ts';
import type { Database } from './database.ts';
import { type EventRow, eventColumns, toEvent } from './event-row.ts';
import { excerptOf, searchWords, wordsIn } from './search-words.ts';

export interface Sought {
  /** Whatever somebody typed; nothing in it is an operator. */
  text: string;
  sessionId?: SessionId | undefined;
  conversationId?: ConversationId | undefined;
  /** Only events before this sequence number. */
  before?: number | undefined;
  limit: number;
  /** `any`: where no event has all the words, those that have most of them. */
  match?: 'all' | 'any';
  /** Looks through the matches without the uses of this tool: a search would find itself. */
  exceptTool?: string;
}

/** The newest that match are looked at, not all: that would cost as much as there is history. */
const mostRanked = 300;
/** Of events that are read for one search: each may be as large as an envelope. */
const mostCharacters = 64 * 1024 * 1024;

/**
 * Looks for words in everything that was said, by the full-text index. What has the text as it was
 * typed comes first, then the newest. Only what is shown is read.
 */
export function createSearch(db: Database): (sought: Sought) => Found[] {
  const lookUp = createLookUp(db);
  const bySeq = db.prepare(`SELECT ${eventColumns} FROM events WHERE seq = ?`);

  return (sought) => {
    const { text, limit, match = 'all', exceptTool } = sought;
    const words = searchWords(text);
    if (words.length === 0) return [];
    const read = (seqs: Iterable<number>, most: number) => {
      const events: RelayEvent[] = [];
      let characters = 0;
      for (const seq of seqs) {
        if (events.length >= most || characters > mostCharacters) break;
        // The index has rows of events only, with the statement's columns.
        const row = bySeq.get(seq) as EventRow;
        characters += row.payload.length;
        const event = toEvent(row);
        if (!isUseOf(event, exceptTool)) events.push(event);
      }
      return events.sort((a, b) => b.seq - a.seq);
    };
    const whole = read(lookUp.all(words, sought), limit);
    const isPartly = whole.length === 0 && match === 'any' && words.length > 1;
    const events = isPartly ? read(lookUp.any(words, sought), mostRanked) : whole;
    const typed = wordsIn(text);
    return rank(events, text, isPartly ? typed : [])
      .slice(0, limit)
      .map((event) => ({ event, excerpt: excerptOf(saidIn(event), text.trim(), typed) }));
  };
}

/** Sequence numbers by the index; `words` as `searchWords` gives them. */
function createLookUp(db: Database) {
  const matching = db
    .prepare(
      'SELECT rowid FROM search WHERE search MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?',
    )
    .pluck();
  const payload = db.prepare('SELECT payload FROM events WHERE seq = ?').pluck();

  function newest(said: string, sought: Sought): number[] {
    const { before = Number.MAX_SAFE_INTEGER, limit } = sought;
    const place = placeOf(sought);
    const query = `{text} : (${said})${place === '' ? '' : ` AND {place} : ${place}`}`;
    // The statement's one column.
    return matching.all(query, before, Math.max(limit, mostRanked)) as number[];
  }

  /** Whole words, unless there are too few of them: what begins like a word has to be gathered from
   * the lists of all such words, as long as they are. */
  function withAll(words: readonly string[], sought: Sought): number[] {
    const whole = words.map(wholeWord);
    const seqs = newest(whole.join(' AND '), sought);
    const isEnough = seqs.length >= sought.limit || whole.at(-1) === words.at(-1);
    return isEnough ? seqs : newest(words.join(' AND '), sought);
  }

  /** In the text as it is stored, which need not be parsed for it. */
  function hasAsTyped(seq: number, text: string): boolean {
    // The statement's one column.
    return (payload.get(seq) as string).toLowerCase().includes(text);
  }

  return {
    /** Those that have all the words, first those that have them as they were typed. */
    all(words: readonly string[], sought: Sought): Iterable<number> {
      const seqs = withAll(words, sought);
      if (words.length === 1 || seqs.length <= sought.limit) return seqs;
      const text = JSON.stringify(sought.text.trim().toLowerCase()).slice(1, -1);
      return new Set([...seqs.filter((seq) => hasAsTyped(seq, text)), ...seqs]);
    },
    any: (words: readonly string[], sought: Sought) => newest(words.join(' OR '), sought),
  };
}

/** A word of `searchWords` without the sign that it may be the beginning of one. */
const wholeWord = (word: string): string => word.replace(/\*$/u, '');

function isUseOf(event: RelayEvent, tool: string | undefined): boolean {
  const isUse = event.type === 'tool_call' || event.type === 'tool_response';
  return isUse && event.payload.name === tool;
}

/** As the view `searchable` writes it. */
function placeOf({ sessionId, conversationId }: Sought): string {
  const token = (letter: string, id: string | undefined) =>
    id === undefined ? [] : [`"${letter}${Buffer.from(id).toString('hex')}"`];
  const tokens = [...token('s', sessionId), ...token('c', conversationId)];
  return tokens.length > 1 ? `(${tokens.join(' AND ')})` : tokens.join('');
}

/** Given newest first; stable, so that they stay so among those that are as good. */
function rank(events: RelayEvent[], text: string, words: readonly string[]): RelayEvent[] {
  const asTyped = text.trim().toLowerCase();
  const scored = events.map((event) => {
    const said = saidIn(event).toLowerCase();
    const has = words.filter((word) => said.includes(word)).length;
    return { event, score: (said.includes(asTyped) ? 100 : 0) + has };
  });
  return scored.sort((a, b) => b.score - a.score).map(({ event }) => event);
}
