import type { EventPayload, RelayEvent, Via } from '#shared/events.ts';
import type { CallId, ExchangeId, ItemId, SessionId } from '#shared/ids.ts';
import type { AskedUse, ToolUse } from './tool-use.ts';

/** What became of a reply. */
export interface Delivery {
  queuedAt: number | null;
  writtenAt: number | null;
  claimedAt: number | null;
  withdrawnAt: number | null;
  withdrawnWhy: string;
}

interface Base {
  /** Stable over time: the sequence number of the event it came from. */
  key: string;
  seq: number;
  at: number;
  exchangeId: ExchangeId | null;
}

/** One thing to read in a conversation, made from one event or several. */
export type Entry =
  | (Base & { kind: 'said'; author: 'session'; sessionId: SessionId | null; text: string })
  | (Base & {
      kind: 'owner';
      text: string;
      via: Via | null;
      /** null: the word went to the supervisor. */
      delivery: Delivery | null;
      /** It was sent in the place of what the supervisor had drafted. */
      isEdit: boolean;
    })
  | (Base & {
      kind: 'answer';
      verdict: 'reply' | 'escalate' | 'finish';
      /** It waited, or waits, for the owner's yes. */
      isDraft: boolean;
      text: string;
      proposal: string;
      reasoning: string;
      model: string | null;
      durationMs: number | null;
      costUsd: number | null;
      /** The price is what the API would take; Claude Code has its own plan. */
      isEstimate: boolean;
      delivery: Delivery | null;
    })
  | (Base & { kind: 'tools'; callId: CallId; said: string; calls: ToolUse[] })
  | (Base & {
      kind: 'summary';
      text: string;
      events: number;
      isOmission: boolean;
      fromAt: number;
    })
  | (Base & {
      kind: 'asked';
      itemId: ItemId;
      itemKind: EventPayload<'item.opened'>['kind'];
      summary: string;
      settled: EventPayload<'item.settled'> | null;
    })
  | (Base & { kind: 'note'; note: Note })
  | (Base & { kind: 'calling'; callId: CallId; model: string; isSummary: boolean });

/** What happened besides, in one line. */
export type Note =
  | { type: 'relay-said'; text: string }
  | { type: 'opened'; source: string }
  | { type: 'closed'; reason: string }
  | { type: 'failed'; message: string }
  | { type: 'notified'; message: string }
  | { type: 'backgrounded'; tasks: number }
  | { type: 'autonomy'; autonomy: EventPayload<'session.autonomy_set'>['autonomy'] }
  | { type: 'moved'; conversationId: string }
  | { type: 'call-failed'; message: string; retryAt: number | null }
  | { type: 'watched' }
  | { type: 'dropped' };

type EntryOf<K extends Entry['kind']> = Extract<Entry, { kind: K }>;

/** Makes the readable conversation out of its events. Pure; the events are in order. */
export function toEntries(events: readonly RelayEvent[]): Entry[] {
  const entries: Entry[] = [];
  const answers = new Map<CallId, EntryOf<'answer'>>();
  const lastAnswer = new Map<ExchangeId, EntryOf<'answer'>>();
  const calls = new Map<CallId, EventPayload<'call.finished'>>();
  const estimated = new Set<CallId>();
  const calling = new Map<CallId, EntryOf<'calling'>>();
  const deliveries = new Map<string, Delivery>();
  const asked = new Map<ItemId, EntryOf<'asked'>>();
  const toolUses = new Map<string, ToolUse>();
  const askedUses = new Map<ItemId, AskedUse>();
  /** What the owner made of a draft that is not sent yet. */
  const edits = new Map<ItemId, string>();
  const lastEdit = new Map<ExchangeId, EntryOf<'owner'>>();
  let lastOwner: EntryOf<'owner'> | undefined;

  const baseOf = ({ seq, at, exchangeId }: RelayEvent): Base => ({
    key: String(seq),
    ...{ seq, at, exchangeId },
  });
  const note = (event: RelayEvent, what: Note) => {
    entries.push({ ...baseOf(event), kind: 'note', note: what });
  };
  const end = (callId: CallId) => {
    const entry = calling.get(callId);
    if (entry) entries.splice(entries.indexOf(entry), 1);
    calling.delete(callId);
  };
  const addTool = (event: RelayEvent<'tool_call'>) => {
    const { name, input, callId, said = '' } = event.payload;
    const id = event.toolUseId ?? event.id;
    const unanswered = { output: null, isError: false, endedAt: null, asked: null };
    const use: ToolUse = { id, name, input, at: event.at, ...unanswered };
    toolUses.set(id, use);
    const last = entries.at(-1);
    if (last?.kind === 'tools' && last.callId === callId) last.calls.push(use);
    else entries.push({ ...baseOf(event), kind: 'tools', callId, said, calls: [use] });
  };
  const addAsked = (event: RelayEvent<'item.opened'>) => {
    const { itemId, kind, summary } = event.payload;
    const use = kind === 'tool' ? toolUses.get(event.toolUseId ?? '') : undefined;
    if (use) {
      use.asked = { itemId, at: event.at, settled: null, settledAt: null };
      askedUses.set(itemId, use.asked);
      return;
    }
    const answer = event.exchangeId ? lastAnswer.get(event.exchangeId) : undefined;
    if (kind === 'draft' && answer) answer.isDraft = true;
    const entry: EntryOf<'asked'> = {
      ...baseOf(event),
      ...{ kind: 'asked', itemId, itemKind: kind, summary, settled: null },
    };
    asked.set(itemId, entry);
    entries.push(entry);
  };
  const settle = (event: RelayEvent<'item.settled'>) => {
    const { itemId, how, via } = event.payload;
    mark(asked.get(itemId), { settled: event.payload });
    mark(askedUses.get(itemId), { settled: event.payload, settledAt: event.at });
    const text = edits.get(itemId);
    if (text === undefined || how !== 'approved') return;
    const entry = { ...baseOf(event), kind: 'owner', text, via, delivery: null, isEdit: true };
    // Its kind is the literal above.
    const edit = entry as EntryOf<'owner'>;
    entries.push(edit);
    if (event.exchangeId) lastEdit.set(event.exchangeId, edit);
  };

  for (const event of events) {
    switch (event.type) {
      case 'user_message': {
        const { author, text, via } = event.payload;
        if (author === 'relay') note(event, { type: 'relay-said', text });
        else if (author === 'owner') {
          lastOwner = {
            ...baseOf(event),
            ...{ kind: 'owner', text, via, delivery: null, isEdit: false },
          };
          entries.push(lastOwner);
        } else {
          const { sessionId } = event;
          entries.push({ ...baseOf(event), kind: 'said', author, sessionId, text });
        }
        break;
      }
      case 'agent_message': {
        const { text, callId, model } = event.payload;
        if (callId) end(callId);
        const call = callId ? calls.get(callId) : undefined;
        const entry: EntryOf<'answer'> = {
          ...baseOf(event),
          ...{ kind: 'answer', verdict: 'reply', isDraft: false, text, model },
          ...{ proposal: '', reasoning: '' },
          durationMs: call?.durationMs ?? null,
          costUsd: call?.costUsd ?? null,
          isEstimate: callId !== null && estimated.has(callId),
          delivery: null,
        };
        entries.push(entry);
        if (callId) answers.set(callId, entry);
        if (event.exchangeId) {
          lastAnswer.set(event.exchangeId, entry);
          lastEdit.delete(event.exchangeId);
        }
        break;
      }
      case 'verdict.given': {
        const { callId, verdict } = event.payload;
        const entry = answers.get(callId);
        if (!entry) break;
        entry.verdict = verdict.kind;
        if (verdict.kind === 'reply') entry.text = verdict.text;
        else if (verdict.kind === 'finish') entry.text = verdict.reason;
        else {
          entry.text = verdict.question;
          entry.proposal = verdict.proposal;
          entry.reasoning = verdict.reasoning;
        }
        break;
      }
      case 'call.started': {
        const { callId, model, purpose, sent } = event.payload;
        if (sent?.provider === 'claude-code') estimated.add(callId);
        const isSummary = purpose === 'summary';
        const entry = { ...baseOf(event), kind: 'calling', callId, model, isSummary } as const;
        calling.set(callId, entry);
        entries.push(entry);
        break;
      }
      case 'call.finished': {
        const { callId, durationMs, costUsd } = event.payload;
        calls.set(callId, event.payload);
        const entry = answers.get(callId);
        if (entry) Object.assign(entry, { durationMs, costUsd });
        end(callId);
        break;
      }
      case 'call.failed': {
        const { callId, fault, retryAt } = event.payload;
        end(callId);
        note(event, { type: 'call-failed', message: fault.message, retryAt });
        break;
      }
      case 'call.interrupted':
        end(event.payload.callId);
        break;
      case 'tool_call':
        addTool(event);
        break;
      case 'tool_response': {
        const { output, isError } = event.payload;
        mark(toolUses.get(event.toolUseId ?? ''), { output, isError, endedAt: event.at });
        break;
      }
      case 'dispatch.queued': {
        const { dispatchId, origin, text } = event.payload;
        const delivery: Delivery = { ...notDelivered, queuedAt: event.at };
        deliveries.set(dispatchId, delivery);
        const { exchangeId } = event;
        const answer = exchangeId
          ? (lastEdit.get(exchangeId) ?? lastAnswer.get(exchangeId))
          : undefined;
        if (origin === 'owner') {
          if (lastOwner?.text === text) lastOwner.delivery = delivery;
        } else if (answer) answer.delivery = delivery;
        break;
      }
      case 'dispatch.written':
        mark(deliveries.get(event.payload.dispatchId), { writtenAt: event.at });
        break;
      case 'dispatch.claimed':
        mark(deliveries.get(event.payload.dispatchId), { claimedAt: event.at });
        break;
      case 'dispatch.withdrawn': {
        const { dispatchId, reason } = event.payload;
        mark(deliveries.get(dispatchId), { withdrawnAt: event.at, withdrawnWhy: reason });
        break;
      }
      case 'summary.made': {
        const { text, events: count, method, fromAt } = event.payload;
        const isOmission = method === 'omitted';
        entries.push({
          ...baseOf(event),
          ...{ kind: 'summary', text, events: count, isOmission, fromAt },
        });
        break;
      }
      case 'item.opened':
        addAsked(event);
        break;
      case 'draft.edited':
        edits.set(event.payload.itemId, event.payload.after);
        break;
      case 'item.settled':
        settle(event);
        break;
      default: {
        const what = noteOf(event);
        if (what) note(event, what);
      }
    }
  }
  return entries;
}

const notDelivered: Delivery = {
  queuedAt: null,
  writtenAt: null,
  claimedAt: null,
  withdrawnAt: null,
  withdrawnWhy: '',
};

function mark<T extends object>(target: T | undefined, change: Partial<T>): void {
  if (target) Object.assign(target, change);
}

/** What happened besides what was said, where it is worth a line. */
function noteOf(event: RelayEvent): Note | undefined {
  switch (event.type) {
    case 'session.opened':
      return { type: 'opened', source: event.payload.source };
    case 'session.closed':
      return { type: 'closed', reason: event.payload.reason };
    case 'session.failed':
      return { type: 'failed', message: event.payload.message };
    case 'session.notified':
      return { type: 'notified', message: event.payload.message };
    case 'session.backgrounded':
      return { type: 'backgrounded', tasks: event.payload.tasks };
    case 'session.autonomy_set':
      return { type: 'autonomy', autonomy: event.payload.autonomy };
    case 'session.moved':
      return { type: 'moved', conversationId: event.payload.conversationId };
    case 'exchange.closed':
      if (event.payload.how === 'watched') return { type: 'watched' };
      return event.payload.how === 'dropped' ? { type: 'dropped' } : undefined;
    default:
      return undefined;
  }
}
