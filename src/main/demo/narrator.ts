import type { EventPayload, RelayEvent } from '#shared/events.ts';
import { formatTokens, formatUsd } from '#shared/format.ts';
import type { CallId, DispatchId, ExchangeId, ItemId, SessionId } from '#shared/ids.ts';

/** One piece of the story, as it is told. */
export interface Passage {
  /** `speech`: somebody's words; `question`: words that wait for the owner; `step`: what Relay did. */
  kind: 'speech' | 'question' | 'step';
  /** Since the relay started. */
  atMs: number;
  /** Who speaks; empty for a step. */
  who: string;
  /** Beside the name: a title, or what the words cost. */
  note: string;
  text: string;
}

export interface Narrator {
  /** What an event adds to the story, if anything. */
  tell(event: RelayEvent): Passage[];
}

/** Turns committed events into a story. It tells nothing that is not in the store. */
export function createNarrator(): Narrator {
  let startedAt: number | undefined;
  let answered: ItemId | undefined;
  const titles = new Map<SessionId, string>();
  const envelopes = new Map<ExchangeId, string>();
  const finished = new Map<CallId, EventPayload<'call.finished'>>();
  const writtenAt = new Map<DispatchId, number>();

  function tell(event: RelayEvent): Passage[] {
    startedAt ??= event.at;
    const atMs = event.at - startedAt;
    const { sessionId, exchangeId } = event;
    const session = sessionId ?? 'the session';
    const step = (text: string): Passage[] => [{ kind: 'step', atMs, who: '', note: '', text }];
    const speech = (who: string, note: string, text: string): Passage[] => [
      { kind: 'speech', atMs, who, note, text },
    ];
    switch (event.type) {
      case 'session.seen':
        if (sessionId) titles.set(sessionId, event.payload.title ?? '');
        return [];
      case 'envelope.accepted':
        if (exchangeId) envelopes.set(exchangeId, event.payload.name);
        return [];
      case 'envelope.rejected': {
        const { name, keptAs, reason } = event.payload;
        const text = `${reason} It is kept as queue/.rejected/${keptAs}, and the queue goes on.`;
        return speech('not an envelope', `queue/${name}`, text);
      }
      case 'user_message': {
        const { author, via, text } = event.payload;
        if (author === 'session')
          return speech(session, sessionId ? (titles.get(sessionId) ?? '') : '', text);
        if (author !== 'owner') return [];
        const what = answered ? `answers ${answered}` : `straight to ${session}, no call`;
        answered = undefined;
        return speech('owner', via === 'file' ? `${what}, by jc_input.txt` : what, text);
      }
      case 'call.started': {
        const { model, attempt } = event.payload;
        const name = exchangeId ? envelopes.get(exchangeId) : undefined;
        if (exchangeId) envelopes.delete(exchangeId);
        if (attempt > 1) return step(`${model} asked again`);
        return step(name ? `queue/${name} taken, ${model} asked` : `${model} asked`);
      }
      case 'call.failed': {
        const { fault, retryAt } = event.payload;
        const again = retryAt === null ? '' : ` Next try in ${seconds(retryAt - event.at)}.`;
        return step(`${fault.message}${again}`);
      }
      case 'call.finished':
        finished.set(event.payload.callId, event.payload);
        return [];
      case 'verdict.given': {
        const { verdict, callId } = event.payload;
        const call = finished.get(callId);
        const cost = call ? price(call) : '';
        if (verdict.kind === 'reply') return speech(`supervisor to ${session}`, cost, verdict.text);
        if (verdict.kind === 'finish') {
          return speech(`supervisor lets ${session} stop`, cost, verdict.reason);
        }
        const { question, proposal, reasoning } = verdict;
        const text = `${question}\nProposal: ${proposal}\n${reasoning}`;
        return [{ kind: 'question', atMs, who: 'supervisor to the owner', note: cost, text }];
      }
      case 'item.opened':
        return step(`${session} is held until ${event.payload.itemId} is settled; others go on`);
      case 'item.settled':
        // The owner's words come next.
        answered = event.payload.itemId;
        return [];
      case 'dispatch.written':
        writtenAt.set(event.payload.dispatchId, event.at);
        return [];
      case 'dispatch.claimed': {
        const waitedMs = event.at - (writtenAt.get(event.payload.dispatchId) ?? event.at);
        return step(`dispatch/${session}/input.txt written, taken ${waitedMs} ms later`);
      }
      case 'session.release_written':
        return step(`dispatch/${session}/release written: nothing to wait for any more`);
      default:
        return [];
    }
  }

  return { tell };
}

function price({ durationMs, usage, costUsd }: EventPayload<'call.finished'>): string {
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = usage;
  const tokens = input + output + cacheRead + cacheWrite5m + cacheWrite1h;
  const cost = costUsd === null ? 'no price' : formatUsd(costUsd);
  return `${seconds(durationMs)}  ${formatTokens(tokens)} tokens  ${cost}`;
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
