import type { NewEvent } from '#shared/events.ts';
import type { Fault } from '#shared/fault.ts';
import { type CallId, SessionId } from '#shared/ids.ts';
import { escalationMarker, type Verdict } from '#shared/verdict.ts';
import type { CommandOf } from '../command.ts';
import type { ExchangeState, RelayState } from '../state.ts';
import { type Circumstances, type Decide, decided, nothingToDo, refused } from './decision.ts';
import { guardBudget, guardPingPong } from './guards.ts';
import { newItem, settled } from './item-events.ts';
import { nextDispatchId, releaseUnlessOwed, subjectOf } from './session-events.ts';

/** A prompt is made shorter, or the room for the answer larger, this often before the owner is asked. */
const shrinksAtMost = 6;
const lengtheningsAtMost = 2;
/** A server is not asked before it wants to be, but never later than this: its clock, or its words,
 * may be wrong, and an hour is one call wasted at most. */
const longestServerWaitMs = 60 * 60 * 1000;

/** Refused where the call must not be made now; a spent budget opens its inbox item instead. */
export const startCall: Decide<CommandOf<'startCall'>> = (state, command, given) => {
  const exchange = state.exchanges.get(command.exchangeId);
  if (!exchange) return refused('not-found', `Exchange ${command.exchangeId} is not open.`);
  const overspent = guardBudget(state, exchange, given);
  if (overspent) return decided(overspent);
  const events: NewEvent[] = [];
  const budgetItem = state.block?.code === 'budget-day' && state.items.get(state.block.itemId);
  if (budgetItem) events.push(settled(budgetItem, 'mended', null, ''));
  // The short id follows from the state and has the brand's form.
  const callId = `c${state.numbers.call + 1}` as CallId;
  const { kind: _, exchangeId: __, ...facts } = command;
  const payload = { callId, attempt: exchange.attempt + 1, ...facts };
  events.push({ type: 'call.started', ...subjectOf(exchange), payload });
  return decided(...events);
};

export const finishCall: Decide<CommandOf<'finishCall'>> = (state, command, given) => {
  const { callId, purpose, model, usage, costUsd, savedByCacheUsd } = command;
  const { stopReason, requestId, firstTextMs, durationMs, verdict } = command;
  const exchange = state.exchanges.get(command.exchangeId);
  const events: NewEvent[] = [
    {
      type: 'call.finished',
      ...subjectOfCall(exchange, command),
      payload: {
        callId,
        purpose,
        model,
        usage,
        costUsd,
        ...estimate(command),
        savedByCacheUsd,
        stopReason,
        requestId,
        firstTextMs,
        durationMs,
      },
    },
    ...mended(state),
  ];
  // Nobody waits for this answer any more (a person typed, the owner answered): it only has cost.
  if (exchange?.callId !== callId) return decided(...events);
  const about = subjectOf(exchange);
  if (command.tools) {
    const { said, calls } = command.tools;
    for (const { toolUseId, name, input } of calls) {
      const payload = { name, input, callId, ...(said.trim() === '' ? {} : { said }) };
      events.push({ type: 'tool_call', ...about, toolUseId, payload });
    }
  }
  if (!verdict) return decided(...events);
  events.push(
    {
      type: 'agent_message',
      ...about,
      payload: { text: textOf(verdict), callId, model },
    },
    { type: 'verdict.given', ...about, payload: { callId, verdict } },
    ...follow(state, exchange, verdict, given),
  );
  return decided(...events);
};

/** Of an exchange that is over only the cost is left, which is its session's all the same. */
function subjectOfCall(
  exchange: ExchangeState | undefined,
  { exchangeId, sessionId, usage }: CommandOf<'finishCall' | 'failCall'>,
): Pick<NewEvent, 'exchangeId' | 'sessionId' | 'conversationId'> {
  if (exchange) return subjectOf(exchange);
  return usage && sessionId ? { exchangeId, sessionId } : { exchangeId };
}

const estimate = ({ isEstimate }: { isEstimate?: boolean | undefined }) =>
  isEstimate ? { isEstimate } : {};

export const failCall: Decide<CommandOf<'failCall'>> = (state, command, given) => {
  const { callId, purpose, model, durationMs, usage, fault } = command;
  const { costUsd, savedByCacheUsd } = command;
  const exchange = state.exchanges.get(command.exchangeId);
  const current = exchange?.callId === callId ? exchange : undefined;
  // A summary that cannot be had for a reason of its own is done without (`omitted`).
  const isOptional = purpose === 'summary' && fault.remedy !== 'wait' && fault.remedy !== 'person';
  const retryAt = current && !isOptional ? retryTime(current, fault, given) : null;
  const failed: NewEvent = {
    type: 'call.failed',
    ...subjectOfCall(exchange, command),
    payload: {
      ...{ callId, purpose, fault, retryAt, model, usage, costUsd, savedByCacheUsd, durationMs },
      ...estimate(command),
    },
  };
  if (!current || isOptional) return decided(failed);
  return decided(failed, ...askPerson(state, current, fault, retryAt, given));
};

export const interruptCall: Decide<CommandOf<'interruptCall'>> = (state, command) => {
  const exchange = state.exchanges.get(command.exchangeId);
  if (exchange?.callId !== command.callId) return nothingToDo;
  return decided(interrupted(exchange, command.callId));
};

export function interrupted(exchange: ExchangeState, callId: CallId): NewEvent {
  return { type: 'call.interrupted', ...subjectOf(exchange), payload: { callId } };
}

/** Where the last word in a conversation is the supervisor's own, it has to be told what is open. */
export const remindSupervisor: Decide<CommandOf<'remindSupervisor'>> = (state, command) => {
  const exchange = state.exchanges.get(command.exchangeId);
  if (!exchange) return nothingToDo;
  const whose = exchange.sessionId ? `of session ${exchange.sessionId}` : 'of the owner';
  const text = `The last words ${whose} have not been answered yet. Answer them now.`;
  const payload = { author: 'relay', text, via: null } as const;
  return decided({ type: 'user_message', ...subjectOf(exchange), payload });
};

/** When a failed call is made again by itself; null: something else has to happen first. */
function retryTime(
  exchange: ExchangeState,
  fault: Fault,
  { now, chance, policy }: Circumstances,
): number | null {
  switch (fault.remedy) {
    case 'wait': {
      const growing = policy.firstWaitMs * 2 ** Math.min(exchange.attempt, 20);
      const own = Math.min(policy.longestWaitMs, growing) * (1 - 0.25 * chance);
      const wanted = Math.min(fault.retryAfterMs ?? 0, longestServerWaitMs);
      return now + Math.round(Math.max(own, wanted));
    }
    case 'shrink':
      return exchange.shrinks < shrinksAtMost ? now : null;
    case 'lengthen':
      return exchange.lengthenings < lengtheningsAtMost ? now : null;
    case 'person':
    case 'decide':
      return null;
  }
}

/** What is said of a fault that Relay has tried to mend by itself as often as it will. */
const whenGivenUp: Partial<Record<Fault['code'], string>> = {
  'max-tokens':
    'The answer did not fit into the allowed length, with more room either. Raise supervisor.maxTokens in Settings, or answer the session yourself.',
  'prompt-too-long':
    'The conversation is longer than the model can read, as short as Relay can make it. Choose a model that reads more in Settings, or answer the session yourself.',
  'request-too-large':
    'The request is larger than the API takes (413), as short as Relay can make it. Shorten supervisor.md if it is long, or answer the session yourself.',
};

/** What the owner is told of a failed call, if anything. */
function askPerson(
  state: RelayState,
  exchange: ExchangeState,
  fault: Fault,
  retryAt: number | null,
  { now, policy }: Circumstances,
): NewEvent[] {
  const { code, message: summary } = fault;
  if (fault.remedy === 'person') {
    const nextTry = now + policy.recheckMs;
    if (state.block) {
      const payload = { itemId: state.block.itemId, code, summary, retryAt: nextTry };
      return [{ type: 'item.updated', payload }];
    }
    const details = { kind: 'fault', code, summary, blocks: true, retryAt: nextTry } as const;
    return [newItem(state, {}, { ...details, proposal: 'Try again now.' })];
  }
  if (retryAt === null) {
    const details = { kind: 'fault', code, holds: true, stops: true } as const;
    const said = { summary: whenGivenUp[code] ?? summary, proposal: 'Ask the supervisor again.' };
    return [newItem(state, subjectOf(exchange), { ...details, ...said })];
  }
  if (fault.remedy !== 'wait' || state.outage) return [];
  const troubledMs = Math.max(now - (exchange.firstFailedAt ?? now), retryAt - now);
  if (troubledMs < policy.tellOwnerAfterMs) return [];
  const details = { kind: 'fault', code, summary, isOutage: true, retryAt } as const;
  return [newItem(state, {}, { ...details, proposal: 'Try again now.' })];
}

/** A call got through, so what was said to be wrong with the API is not any more. */
function mended(state: RelayState): NewEvent[] {
  const events: NewEvent[] = [];
  for (const trouble of [state.block, state.outage]) {
    const item = trouble && state.items.get(trouble.itemId);
    if (item && trouble.code !== 'budget-day') events.push(settled(item, 'mended', null, ''));
  }
  return events;
}

/** What follows from a verdict. */
function follow(
  state: RelayState,
  exchange: ExchangeState,
  verdict: Verdict,
  given: Circumstances,
): NewEvent[] {
  const about = subjectOf(exchange);
  const { sessionId } = exchange;
  switch (verdict.kind) {
    case 'reply':
      return sessionId
        ? reply(state, exchange, sessionId, verdict.text, given)
        : answerOwner(state, exchange, verdict.text, given);
    case 'escalate': {
      const { question: summary, proposal, reasoning } = verdict;
      const details = { kind: 'escalation', code: null, summary, proposal, reasoning } as const;
      return [newItem(state, about, { ...details, holds: true, stops: true })];
    }
    case 'finish': {
      const closed: NewEvent = { type: 'exchange.closed', ...about, payload: { how: 'finished' } };
      return [closed, ...releaseUnlessOwed(state, about, [exchange.id])];
    }
  }
}

/** The owner spoke to the supervisor itself: its answer stays with the owner, unless it begins with
 * `@<session_id>:`, which sends the rest to that session. */
function answerOwner(
  state: RelayState,
  exchange: ExchangeState,
  text: string,
  given: Circumstances,
): NewEvent[] {
  const address = /^\s*@([A-Za-z0-9._-]{1,128}):\s*([\s\S]+)$/.exec(text);
  const sessionId = SessionId.safeParse(address?.[1]);
  const words = address?.[2];
  if (sessionId.success && words && state.sessions.has(sessionId.data)) {
    return reply(state, exchange, sessionId.data, words, given);
  }
  return [{ type: 'exchange.closed', ...subjectOf(exchange), payload: { how: 'answered' } }];
}

function reply(
  state: RelayState,
  exchange: ExchangeState,
  sessionId: SessionId,
  text: string,
  { policy }: Circumstances,
): NewEvent[] {
  const about = { ...subjectOf(exchange), sessionId };
  const session = state.sessions.get(sessionId);
  if (session?.autonomy === 'draft') {
    const summary = `A reply to ${session.title ?? sessionId} waits for your approval.`;
    const details = { kind: 'draft', code: null, summary, proposal: text } as const;
    return [newItem(state, about, { ...details, holds: true, stops: true })];
  }
  const events: NewEvent[] = [
    {
      type: 'dispatch.queued',
      ...about,
      payload: { dispatchId: nextDispatchId(state), origin: 'supervisor', text },
    },
  ];
  const stuck = session && guardPingPong(state, session, exchange, text, policy);
  if (stuck) events.unshift(stuck);
  return events;
}

function textOf(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'reply':
      return verdict.text;
    case 'escalate':
      return [
        `${escalationMarker} ${verdict.question}`,
        verdict.proposal && `Proposal: ${verdict.proposal}`,
        verdict.reasoning,
      ]
        .filter(Boolean)
        .join('\n');
    case 'finish':
      return `(Finished, nothing sent. ${verdict.reason})`;
  }
}
