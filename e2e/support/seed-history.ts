import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { openDatabase } from '#core/store/database.ts';
import { createEventStore, type EventStore } from '#core/store/event-store.ts';
import type { NewEvent } from '#shared/events.ts';
import { CallId, ConversationId, DispatchId, ExchangeId, ItemId, SessionId } from '#shared/ids.ts';
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
  /** What the owner made of the reply. */
  score?: 'wrong' | 'fine';
  /** The owner was asked first, and answered. */
  asked?: {
    question: string;
    proposal: string;
    owner: string;
    score: 'needless' | 'fine';
  };
  /** The reply waited for the owner's approval; sent as it was, or as he changed it. */
  draft?: { sent: string };
}

/** The ids that the next exchange gets. */
interface Numbers {
  exchange: number;
  call: number;
  item: number;
}

/** How long the owner took to answer. */
const ownerMs = 4 * 60_000;

/** A whole exchange as the store keeps it, from envelope to claim. */
function exchangeEvents(numbers: Numbers, one: Said): [number, NewEvent[]][] {
  numbers.exchange += 1;
  const { at, said, answer, asked, draft, score } = one;
  const number = numbers.exchange;
  const exchangeId = ExchangeId.parse(`x${number}`);
  const dispatchId = DispatchId.parse(`d${number}`);
  const about = {
    sessionId: SessionId.parse(one.sessionId),
    conversationId: ConversationId.parse(one.conversationId),
    exchangeId,
  };
  const facts = { envelopeId: null, sentAt: null, hookEvent: 'Stop', meta: {}, extra: {} };
  const name = `history-${number}.json`;
  const opened: [number, NewEvent[]][] = [
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
      ],
    ],
  ];
  const escalated = asked ? escalationEvents(numbers, one, about, asked) : [];
  const askedMs = asked ? ownerMs : 0;
  const callId = nextCall(numbers);
  const answeredAt = at + askedMs + 1900;
  const drafted = draft ? draftEvents(numbers, about, answer, draft.sent) : undefined;
  const sentAt = answeredAt + (draft ? ownerMs : 0);
  const sent = draft?.sent ?? answer;
  return [
    ...opened,
    ...escalated,
    [at + askedMs, [callStarted(one, about, callId)]],
    [
      answeredAt,
      [
        ...callFinished(one, about, callId, answer),
        {
          type: 'verdict.given',
          ...about,
          payload: { callId, verdict: { kind: 'reply', text: answer } },
        },
        ...(drafted?.opened ?? []),
      ],
    ],
    [
      sentAt,
      [
        ...(drafted?.settled ?? []),
        {
          type: 'dispatch.queued',
          ...about,
          payload: { dispatchId, origin: 'supervisor', text: sent },
        },
        { type: 'dispatch.written', ...about, payload: { dispatchId } },
      ],
    ],
    [
      sentAt + 700,
      [
        { type: 'dispatch.claimed', ...about, payload: { dispatchId } },
        { type: 'exchange.closed', ...about, payload: { how: 'delivered' } },
        ...(score
          ? [{ type: 'reply.scored', ...about, payload: { score } } satisfies NewEvent]
          : []),
      ],
    ],
  ];
}

type About = Required<Pick<NewEvent, 'sessionId' | 'conversationId' | 'exchangeId'>>;

function nextCall(numbers: Numbers): CallId {
  numbers.call += 1;
  return CallId.parse(`c${numbers.call}`);
}

function callStarted({ model = usualModel }: Said, about: About, callId: CallId): NewEvent {
  return {
    type: 'call.started',
    ...about,
    payload: {
      ...{ callId, purpose: 'answer', attempt: 1, model, maxTokens: 16_000 },
      ...{ fromSeq: 1, toSeq: 1, estimatedTokens: 20_000 },
    },
  };
}

function callFinished(one: Said, about: About, callId: CallId, text: string): NewEvent[] {
  const { model = usualModel, usage = usualUsage, costUsd = 0.004, savedUsd = 0.01 } = one;
  return [
    {
      type: 'call.finished',
      ...about,
      payload: {
        ...{ callId, purpose: 'answer', model, usage, costUsd, savedByCacheUsd: savedUsd },
        ...{ stopReason: 'end_turn', requestId: `req_${callId}` },
        ...{ firstTextMs: 700, durationMs: 1900 },
      },
    },
    { type: 'agent_message', ...about, payload: { text, callId, model } },
  ];
}

/** The supervisor calls the owner, who answers and says whether that was needed. */
function escalationEvents(
  numbers: Numbers,
  one: Said,
  about: About,
  asked: NonNullable<Said['asked']>,
): [number, NewEvent[]][] {
  const { question, proposal, owner, score } = asked;
  const callId = nextCall(numbers);
  numbers.item += 1;
  const itemId = ItemId.parse(`i${numbers.item}`);
  const verdict = { kind: 'escalate', question, proposal, reasoning: '' } as const;
  const item = { summary: question, proposal, reasoning: '', holds: true, stops: true };
  const settled = { itemId, how: 'answered', via: 'inbox', text: owner, extraUsd: 0 } as const;
  return [
    [one.at, [callStarted(one, about, callId)]],
    [
      one.at + 1900,
      [
        ...callFinished(one, about, callId, `[NEEDS-JC] ${question}\nProposal: ${proposal}`),
        { type: 'verdict.given', ...about, payload: { callId, verdict } },
        {
          type: 'item.opened',
          ...about,
          payload: { itemId, kind: 'escalation', ...item, ...usualItem },
        },
      ],
    ],
    [
      one.at + ownerMs,
      [
        { type: 'item.settled', ...about, payload: settled },
        { type: 'user_message', ...about, payload: { author: 'owner', text: owner, via: 'inbox' } },
        { type: 'escalation.scored', ...about, payload: { score } },
      ],
    ],
  ];
}

/** The owner reads the reply before it goes. */
function draftEvents(
  numbers: Numbers,
  about: About,
  proposal: string,
  sent: string,
): { opened: NewEvent[]; settled: NewEvent[] } {
  numbers.item += 1;
  const itemId = ItemId.parse(`i${numbers.item}`);
  const summary = `A reply to ${about.sessionId} waits for your approval.`;
  const item = { summary, proposal, reasoning: '', holds: true, stops: true };
  const settled = { itemId, how: 'approved', via: 'inbox', text: sent, extraUsd: 0 } as const;
  const edited = { itemId, before: proposal, after: sent };
  return {
    opened: [
      { type: 'item.opened', ...about, payload: { itemId, kind: 'draft', ...item, ...usualItem } },
    ],
    settled: [
      ...(sent === proposal
        ? []
        : [{ type: 'draft.edited', ...about, payload: edited } satisfies NewEvent]),
      { type: 'item.settled', ...about, payload: settled },
    ],
  };
}

const usualItem = { code: null, blocks: false, isOutage: false, retryAt: null };
const usualModel = 'claude-sonnet-5-5';
const usualUsage: Usage = {
  ...{ input: 420, output: 310, cacheRead: 18_000, cacheWrite5m: 900, cacheWrite1h: 0 },
};

export interface SeedSession {
  id: string;
  title: string;
  cwd: string;
  /** The conversation it shares; its folder's own where absent. */
  project?: string;
}

/** A summary of the first exchanges of a conversation. */
export interface SeedSummary {
  conversationId: string;
  exchanges: number;
  text: string;
}

/** Writes sessions, whole exchanges and then summaries into a home before a relay opens it. */
export function seedExchanges(
  home: string,
  sessions: readonly SeedSession[],
  exchanges: readonly Said[],
  summaries: readonly SeedSummary[] = [],
): Promise<void> {
  return writeHistory(home, (writer) => {
    const first = exchanges[0]?.at ?? Date.now();
    for (const { id, title, cwd, project = cwd } of sessions) {
      const about = {
        sessionId: SessionId.parse(id),
        conversationId: ConversationId.parse(project),
      };
      const payload = { title, cwd, source: null };
      writer.append(first - 1000, [{ type: 'session.seen', ...about, payload }]);
    }
    const numbers: Numbers = { exchange: 0, call: 0, item: 0 };
    for (const one of exchanges) {
      for (const [at, events] of exchangeEvents(numbers, one)) writer.append(at, events);
    }
    const last = exchanges.at(-1)?.at ?? Date.now();
    for (const summary of summaries) {
      writer.append(last + ownerMs + 10_000, [summaryEvent(summary, exchanges)]);
    }
  });
}

function summaryEvent(summary: SeedSummary, exchanges: readonly Said[]): NewEvent {
  const { conversationId, text } = summary;
  const covered = exchanges
    .filter((one) => one.conversationId === conversationId)
    .slice(0, summary.exchanges);
  // Said and answered; where the owner was asked, that question and his answer.
  const events = covered.reduce((sum, { asked }) => sum + (asked ? 4 : 2), 0);
  const [from, to] = [covered[0]?.at ?? 0, covered.at(-1)?.at ?? 0];
  return {
    type: 'summary.made',
    conversationId: ConversationId.parse(conversationId),
    payload: {
      ...{ fromPosition: 1, toPosition: events, fromAt: from, toAt: to, events },
      ...{ text, method: 'supervisor' },
    },
  };
}
