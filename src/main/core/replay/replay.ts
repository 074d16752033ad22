import type { RelayEvent } from '#shared/events.ts';
import type { ExchangeId } from '#shared/ids.ts';
import type { RpcError, RpcOutput, RpcParsedInput } from '#shared/rpc.ts';
import type { SideCaller } from '../aside/side-call.ts';
import type { Command } from '../engine/command.ts';
import type { Outcome } from '../engine/engine.ts';
import type { EventStore } from '../store/event-store.ts';
import type { createPastRequests } from './past-request.ts';

export interface ReplayOptions {
  store: EventStore;
  requests: ReturnType<typeof createPastRequests>;
  sideCaller: SideCaller;
  record: (command: Command) => Outcome;
}

type Input = RpcParsedInput<'exchange.replay'>;
type Result = { ok: true; value: RpcOutput<'exchange.replay'> } | { ok: false; error: RpcError };

/**
 * Runs a past exchange again, with another model, brief or instructions if wished. The request is
 * that of its last call, made anew from the events; session, conversation and dispatch are not
 * touched. Tools are not offered: they would act on today's files. What the supervisor looked up
 * then is shown as the record that later calls see as well.
 */
export function createReplay({ store, requests, sideCaller, record }: ReplayOptions) {
  return async (input: Input): Promise<Result> => {
    const { exchangeId } = input;
    const past = pastCall(store.ofExchange(exchangeId));
    if (!past) return notFound(exchangeId);
    const { started, answer } = past;
    const again = requests.plain(started, answer?.seq ?? null, input);
    if (!again) {
      return no('conflict', 'What was sent cannot be made anew from the events that are stored.');
    }
    const { sessionId, conversationId } = started;
    const about = { exchangeId, sessionId, conversationId };
    const asked = await sideCaller.ask('replay', about, again.request);
    if (!asked.ok) return asked;
    const { call } = asked;
    const payload = {
      ...call,
      instructions: input.instructions ?? null,
      brief: input.brief ?? null,
    };
    const recorded = record({ kind: 'recordReplay', ...about, payload });
    const seq = recorded.ok ? (recorded.events[0]?.seq ?? 0) : 0;
    return { ok: true, value: { seq, original: past.original, replay: call } };
  };
}

interface PastCall {
  started: RelayEvent<'call.started'>;
  answer: RelayEvent<'agent_message'> | undefined;
  original: RpcOutput<'exchange.replay'>['original'];
}

/** The last answered call of an exchange, or its last one where none was answered. */
function pastCall(events: readonly RelayEvent[]): PastCall | undefined {
  const calls = events.filter(
    (event): event is RelayEvent<'call.started'> =>
      event.type === 'call.started' && event.payload.purpose === 'answer',
  );
  const answer = events.findLast(
    (event): event is RelayEvent<'agent_message'> => event.type === 'agent_message',
  );
  const callId = answer?.payload.callId;
  const started = calls.find(({ payload }) => payload.callId === callId) ?? calls.at(-1);
  if (!started) return undefined;
  const isOf = (event: RelayEvent): boolean =>
    'callId' in event.payload && event.payload.callId === started.payload.callId;
  const finished = events.find((event) => event.type === 'call.finished' && isOf(event));
  const given = events.find((event) => event.type === 'verdict.given' && isOf(event));
  if (!answer || finished?.type !== 'call.finished' || given?.type !== 'verdict.given') {
    return { started, answer, original: null };
  }
  const { purpose: _, callId: __, requestId: ___, firstTextMs: ____, ...told } = finished.payload;
  const { verdict } = given.payload;
  return { started, answer, original: { text: answer.payload.text, verdict, ...told } };
}

const no = (code: RpcError['code'], message: string): Result => ({
  ok: false,
  error: { code, message },
});
const notFound = (exchangeId: ExchangeId): Result =>
  no('not-found', `${exchangeId} was never put to the supervisor. See: relay tail`);
