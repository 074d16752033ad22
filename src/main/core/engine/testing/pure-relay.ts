import type { EventPayload, EventType, RelayEvent } from '#shared/events.ts';
import type { Fault } from '#shared/fault.ts';
import {
  type CallId,
  type ConversationId,
  DispatchId,
  type ExchangeId,
  ItemId,
  SessionId,
} from '#shared/ids.ts';
import { noUsage, type Usage } from '#shared/usage.ts';
import type { Verdict } from '#shared/verdict.ts';
import type { Command, CommandOf, EnvelopeFacts, EnvelopeWord } from '../command.ts';
import type { Policy, Refusal } from '../decide/decision.ts';
import { decide } from '../decide/index.ts';
import { project } from '../project/index.ts';
import { emptyState, type RelayState } from '../state.ts';

export const easyPolicy: Policy = {
  conversationScope: 'project',
  autonomy: 'auto',
  holdAll: false,
  budgetPerDayUsd: null,
  budgetPerSessionUsd: null,
  exchangesWithoutOwner: null,
  pingPongRepeats: null,
  firstWaitMs: 1000,
  longestWaitMs: 60_000,
  tellOwnerAfterMs: 120_000,
  recheckMs: 300_000,
  asksPermissions: true,
};

export const someUsage: Usage = { ...noUsage, input: 1000, output: 100 };

/** The pure centre alone: decisions and what they make of the state, with a clock that stands. */
export interface PureRelay {
  state: RelayState;
  policy: Policy;
  /** Epoch milliseconds. */
  now: number;
  chance: number;
  events: RelayEvent[];
  does(command: Command): RelayEvent[];
  refuses(command: Command): Refusal;
  /** A session speaks; returns its new exchange. */
  says(sessionId: string, text?: string, facts?: Partial<EnvelopeFacts>): ExchangeId;
  envelope(
    sessionId: string,
    word: EnvelopeWord,
    facts?: Partial<EnvelopeFacts>,
  ): CommandOf<'acceptEnvelope'>;
  calls(exchangeId: ExchangeId, purpose?: 'answer' | 'summary'): CallId;
  answers(exchangeId: ExchangeId, verdict: Verdict | string, costUsd?: number): RelayEvent[];
  fails(exchangeId: ExchangeId, fault: Fault): RelayEvent[];
  exchange(id: ExchangeId): NonNullable<ReturnType<RelayState['exchanges']['get']>>;
  onlyItem(): NonNullable<ReturnType<RelayState['items']['get']>>;
}

let files = 0;

export function factsOf(more: Partial<EnvelopeFacts> = {}): EnvelopeFacts {
  files += 1;
  return {
    name: `${files}.json`,
    fileKey: `key-${files}`,
    envelopeId: null,
    sentAt: null,
    sizeBytes: 10,
    title: null,
    cwd: null,
    source: null,
    meta: {},
    extra: {},
    hookEvent: null,
    projectRoot: null,
    claudePid: null,
    attended: null,
    ...more,
  };
}

export const said = (text: string): EnvelopeWord => ({
  kind: 'said',
  text,
  saidKey: `key ${text}`,
});
export const session = (id: string): SessionId => SessionId.parse(id);
export const item = (id: string): ItemId => ItemId.parse(id);
export const dispatch = (id: string): DispatchId => DispatchId.parse(id);
// The brand asks for a non-empty string.
export const conversation = (id: string): ConversationId => id as ConversationId;

export function pureRelay(policy: Partial<Policy> = {}): PureRelay {
  const relay: PureRelay = {
    state: emptyState(),
    policy: { ...easyPolicy, ...policy },
    now: new Date(2026, 2, 2, 10).getTime(),
    chance: 0,
    events: [],
    does(command) {
      const { now, chance } = relay;
      const decision = decide(relay.state, command, { now, chance, policy: relay.policy });
      if (!decision.ok) throw new Error(`${command.kind}: ${decision.refusal.message}`);
      const events = decision.events.map((event, index) => {
        const seq = relay.events.length + index + 1;
        const subject = {
          sessionId: null,
          conversationId: null,
          exchangeId: null,
          toolUseId: null,
        };
        const stored = { ...subject, ...event, seq, id: `${seq}`, tsNs: `${now}000000`, at: now };
        // type and payload come from one NewEvent, so they belong together.
        return { ...stored, tokens: 0 } as RelayEvent;
      });
      relay.events.push(...events);
      for (const event of events) project(relay.state, event);
      return events;
    },
    refuses(command) {
      const { now, chance } = relay;
      const decision = decide(relay.state, command, { now, chance, policy: relay.policy });
      if (decision.ok) throw new Error(`${command.kind} was not refused`);
      return decision.refusal;
    },
    envelope: (sessionId, word, facts) => ({
      kind: 'acceptEnvelope',
      sessionId: session(sessionId),
      facts: factsOf(facts),
      word,
    }),
    says(sessionId, text = 'Done. What next?', facts = {}) {
      const events = relay.does(relay.envelope(sessionId, said(text), facts));
      const opened = events.find(({ type }) => type === 'exchange.opened');
      if (!opened?.exchangeId) throw new Error('no exchange was opened');
      return opened.exchangeId;
    },
    calls(exchangeId, purpose = 'answer') {
      const events = relay.does({
        ...{ kind: 'startCall', exchangeId, purpose, model: 'm', maxTokens: 1000 },
        ...{ fromSeq: 1, toSeq: 1, estimatedTokens: 5000 },
      });
      return payloadOf(events, 'call.started').callId;
    },
    answers(exchangeId, verdict, costUsd = 0.01) {
      const callId = relay.exchange(exchangeId).callId ?? relay.calls(exchangeId);
      return relay.does({
        ...callFacts(exchangeId, callId),
        ...{ kind: 'finishCall', usage: someUsage, costUsd, stopReason: 'end_turn' },
        ...{ requestId: null, firstTextMs: 1 },
        verdict: typeof verdict === 'string' ? { kind: 'reply', text: verdict } : verdict,
      });
    },
    fails(exchangeId, fault) {
      const callId = relay.exchange(exchangeId).callId ?? relay.calls(exchangeId);
      const facts = callFacts(exchangeId, callId);
      return relay.does({ ...facts, kind: 'failCall', usage: null, costUsd: null, fault });
    },
    exchange(id) {
      const exchange = relay.state.exchanges.get(id);
      if (!exchange) throw new Error(`exchange ${id} is not open`);
      return exchange;
    },
    onlyItem() {
      const [first, ...others] = relay.state.items.values();
      if (!first || others.length > 0) throw new Error(`${others.length} items too many or none`);
      return first;
    },
  };
  return relay;
}

function callFacts(exchangeId: ExchangeId, callId: CallId) {
  const purpose = 'answer' as const;
  return { exchangeId, callId, purpose, model: 'm', durationMs: 5, savedByCacheUsd: 0 };
}

export const typesOf = (events: readonly RelayEvent[]): EventType[] =>
  events.map(({ type }) => type);

/** The payload of the only event of a type. */
export function payloadOf<T extends EventType>(
  events: readonly RelayEvent[],
  type: T,
): EventPayload<T> {
  const found = events.filter((event) => event.type === type);
  if (found.length !== 1) throw new Error(`${found.length} events ${type} in ${typesOf(events)}`);
  // The only one found has the type that was asked for.
  return found[0]?.payload as EventPayload<T>;
}
