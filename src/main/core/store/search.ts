import type { RelayEvent } from '#shared/events.ts';
import type { ConversationId, SessionId } from '#shared/ids.ts';
import type { Found } from '#shared/models.ts';
import { saidIn } from '#shared/said.ts';
import type { Database } from './database.ts';
import { eventColumns, toEvent } from './event-store.ts';
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

type EventRow = Parameters<typeof toEvent>[0];

/** The newest that match are ranked, not all: to score all would cost as much as there is history. */
const mostRanked = 300;

/**
 * Looks for words in everything that was said, by the full-text index. What has the text as it was
 * typed comes first, then the newest.
 */
export function createSearch(db: Database): (sought: Sought) => Found[] {
  const matching = db.prepare(
    `SELECT ${eventColumns} FROM search JOIN events ON events.seq = search.rowid
     WHERE search MATCH ? AND search.rowid < ? ORDER BY search.rowid DESC LIMIT ?`,
  );

  return (sought) => {
    const { text, limit, before = Number.MAX_SAFE_INTEGER, match = 'all' } = sought;
    const words = searchWords(text);
    if (words.length === 0) return [];
    const find = (operator: 'AND' | 'OR') => {
      const said = `{text} : (${words.join(` ${operator} `)})`;
      const place = placeOf(sought);
      const query = place === '' ? said : `${said} AND {place} : ${place}`;
      // The statement's own columns.
      const rows = matching.all(query, before, Math.max(limit, mostRanked)) as EventRow[];
      return rows.map(toEvent).filter((event) => !isUseOf(event, sought.exceptTool));
    };
    const whole = find('AND');
    const isPartly = whole.length === 0 && match === 'any' && words.length > 1;
    const events = isPartly ? find('OR') : whole;
    const typed = wordsIn(text);
    return rank(events, text, isPartly ? typed : [])
      .slice(0, limit)
      .map((event) => ({ event, excerpt: excerptOf(saidIn(event), text.trim(), typed) }));
  };
}

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
