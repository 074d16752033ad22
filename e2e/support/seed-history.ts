import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { openDatabase } from '#core/store/database.ts';
import { createEventStore, type EventStore } from '#core/store/event-store.ts';
import type { NewEvent } from '#shared/events.ts';
import { CallId, ConversationId, ExchangeId, SessionId } from '#shared/ids.ts';
import type { Usage } from '#shared/usage.ts';

const day = 24 * 60 * 60 * 1000;

interface Writer {
  /** Appends at a time, which must not be earlier than the one before. */
  append(at: number, events: readonly NewEvent[]): void;
}

/** Opens the store of a home that no relay holds, with a clock of its own. */
async function writeHistory(home: string, work: (writer: Writer) => void): Promise<void> {
  const realNow = Date.now;
  let at = realNow() - 60 * day;
  Date.now = () => at;
  let store: EventStore | undefined;
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const db = await openDatabase(path.join(home, 'relay.db'));
    // What is made here can be made again: no need to wait for the disk.
    db.pragma('synchronous = OFF');
    const opened = createEventStore(db);
    store = opened;
    opened.transaction(() =>
      work({
        append(time, events) {
          at = time;
          for (const { seq, type } of opened.append(events)) {
            // Counted already, so that the relay does not begin by asking the API for each.
            if (type === 'user_message' || type === 'agent_message') opened.setTokens(seq, 60);
          }
        },
      }),
    );
  } finally {
    Date.now = realNow;
    store?.close();
  }
}

export interface Said {
  sessionId: string;
  conversationId: string;
  at: number;
  said: string;
  answer: string;
  model?: string;
  usage?: Usage;
  costUsd?: number;
  savedUsd?: number;
}

/** A whole exchange as the store keeps it, from envelope to claim. */
function exchangeEvents(number: number, one: Said): [number, NewEvent[]][] {
  const { at, said, answer, model = 'claude-sonnet-5-5', costUsd = 0.004, savedUsd = 0.01 } = one;
  const usage = one.usage ?? usualUsage;
  const exchangeId = ExchangeId.parse(`x${number}`);
  const callId = CallId.parse(`c${number}`);
  const dispatchId = `d${number}` as never;
  const about = {
    sessionId: SessionId.parse(one.sessionId),
    conversationId: ConversationId.parse(one.conversationId),
    exchangeId,
  };
  const facts = { envelopeId: null, sentAt: null, hookEvent: 'Stop', meta: {}, extra: {} };
  const name = `history-${number}.json`;
  const purpose = 'answer' as const;
  return [
    [
      at,
      [
        {
          type: 'exchange.opened',
          ...about,
          payload: { origin: 'envelope', saidKey: `k${number}` },
        },
        {
          type: 'envelope.accepted',
          ...about,
          payload: { name, fileKey: name, sizeBytes: said.length, ...facts },
        },
        { type: 'user_message', ...about, payload: { author: 'session', text: said, via: null } },
        {
          type: 'call.started',
          ...about,
          payload: {
            ...{ callId, purpose, attempt: 1, model, maxTokens: 16_000 },
            ...{ fromSeq: 1, toSeq: 1, estimatedTokens: 20_000 },
          },
        },
      ],
    ],
    [
      at + 1900,
      [
        {
          type: 'call.finished',
          ...about,
          payload: {
            ...{ callId, purpose, model, usage, costUsd, savedByCacheUsd: savedUsd },
            ...{ stopReason: 'end_turn', requestId: `req_${number}` },
            ...{ firstTextMs: 700, durationMs: 1900 },
          },
        },
        { type: 'agent_message', ...about, payload: { text: answer, callId, model } },
        {
          type: 'verdict.given',
          ...about,
          payload: { callId, verdict: { kind: 'reply', text: answer } },
        },
        {
          type: 'dispatch.queued',
          ...about,
          payload: { dispatchId, origin: 'supervisor', text: answer },
        },
        { type: 'dispatch.written', ...about, payload: { dispatchId } },
      ],
    ],
    [
      at + 2600,
      [
        { type: 'dispatch.claimed', ...about, payload: { dispatchId } },
        { type: 'exchange.closed', ...about, payload: { how: 'delivered' } },
      ],
    ],
  ];
}

const usualUsage: Usage = {
  ...{ input: 420, output: 310, cacheRead: 18_000, cacheWrite5m: 900, cacheWrite1h: 0 },
};

export interface SeedSession {
  id: string;
  title: string;
  cwd: string;
}

/** Writes sessions and whole exchanges into a home before a relay opens it. */
export function seedExchanges(
  home: string,
  sessions: readonly SeedSession[],
  exchanges: readonly Said[],
): Promise<void> {
  return writeHistory(home, (writer) => {
    const first = exchanges[0]?.at ?? Date.now();
    for (const { id, title, cwd } of sessions) {
      const about = {
        sessionId: SessionId.parse(id),
        conversationId: ConversationId.parse(cwd),
      };
      const payload = { title, cwd, source: null };
      writer.append(first - 1000, [{ type: 'session.seen', ...about, payload }]);
    }
    let number = 0;
    for (const one of exchanges) {
      number += 1;
      for (const [at, events] of exchangeEvents(number, one)) writer.append(at, events);
    }
  });
}
