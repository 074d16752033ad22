import type { ItemKind, RelayEvent } from '#shared/events.ts';
import { FaultCode } from '#shared/fault.ts';
import type { ExchangeId, ItemId, SessionId } from '#shared/ids.ts';

/** What of all that happens in a session can move a drive, as both the owner and the supervisor
 * read it. No numbers in the words. */
export const occurrenceWords = {
  sessionFailed: 'the session broke off with an error',
  toolFailed: 'something you ran failed',
  saidAgain: 'the session said the same thing again',
  wentInCircles: 'you and the session went in circles',
  noAnswer: 'you were asked and gave no answer that could be used',
  replyTaken: 'the session took a reply of yours',
  finished: 'the session could stop with its work done',
  draftApproved: 'the owner sent a draft of yours as it was',
  draftEdited: 'the owner changed a draft of yours',
  draftDropped: 'the owner threw a draft of yours away',
  proposalApproved: 'the owner did as you proposed',
  ownerAnswered: 'the owner answered a question',
  replyWrong: 'the owner called a reply of yours wrong',
  replyFine: 'the owner called a reply of yours fine',
  askedNeedlessly: 'the owner called a question of yours needless',
} as const;
export type OccurrenceName = keyof typeof occurrenceWords;

/** Something that happened, with the event that tells of it. */
export interface Occurrence {
  name: OccurrenceName;
  /** A later one with the same key takes its place: a score that was changed counts once. */
  key: string | null;
  seq: number;
  /** Epoch milliseconds. */
  at: number;
  exchangeId: ExchangeId | null;
}

/** What an event does not say itself. The answers never change once the event is committed. */
export interface Known {
  item(id: ItemId): { kind: ItemKind; proposal: string } | undefined;
  /** Fingerprint of what the session had said before an event; undefined for nothing. */
  saidKeyBefore(sessionId: SessionId, seq: number): string | undefined;
  dispatchOrigin(sessionId: SessionId, dispatchId: string): 'supervisor' | 'owner' | undefined;
}

/** The types that `nameOf` and `scoreKey` look at; the store has an index of them. */
export const tellingTypes = [
  'session.failed',
  'tool_response',
  'exchange.opened',
  'exchange.closed',
  'item.opened',
  'item.settled',
  'draft.edited',
  'dispatch.claimed',
  'reply.scored',
  'escalation.scored',
] as const satisfies readonly RelayEvent['type'][];

/**
 * The occurrences of one session with one more event taken in. Depends on nothing but the events, so
 * it does not matter whether they are heard as they happen or read again later.
 */
export function hear(
  before: readonly Occurrence[],
  event: RelayEvent,
  known: Known,
): readonly Occurrence[] {
  const name = nameOf(event, known);
  const key = scoreKey(event);
  if (name === undefined && key === null) return before;
  const kept = key === null ? before : before.filter((occurrence) => occurrence.key !== key);
  if (name === undefined) return kept;
  const { seq, at, exchangeId } = event;
  return [...kept, { name, key, seq, at, exchangeId }];
}

function nameOf(event: RelayEvent, known: Known): OccurrenceName | undefined {
  switch (event.type) {
    case 'session.failed':
      return 'sessionFailed';
    case 'tool_response':
      return isFailedRun(event.payload) ? 'toolFailed' : undefined;
    case 'exchange.opened':
      return isSaidAgain(event, known) ? 'saidAgain' : undefined;
    case 'exchange.closed':
      return event.payload.how === 'finished' ? 'finished' : undefined;
    case 'item.opened':
      return nameOfOpened(event.payload);
    case 'item.settled':
      return nameOfSettled(event.payload, known);
    case 'draft.edited':
      return 'draftEdited';
    case 'dispatch.claimed': {
      const { sessionId, payload } = event;
      const origin = sessionId && known.dispatchOrigin(sessionId, payload.dispatchId);
      return origin === 'supervisor' ? 'replyTaken' : undefined;
    }
    case 'reply.scored':
      return event.payload.score ? replyScores[event.payload.score] : undefined;
    case 'escalation.scored':
      return event.payload.score ? escalationScores[event.payload.score] : undefined;
    default:
      return undefined;
  }
}

const replyScores = { wrong: 'replyWrong', fine: 'replyFine' } as const;
const escalationScores = { needless: 'askedNeedlessly', fine: undefined } as const;

function scoreKey({ type, exchangeId }: RelayEvent): string | null {
  return type === 'reply.scored' || type === 'escalation.scored' ? `${type} ${exchangeId}` : null;
}

/** What Relay or the owner kept from running says nothing about the work. */
const notRun = /^(Not run|Interrupted):/;
const failedCommand = /^exit code [1-9]/;

function isFailedRun({
  name,
  output,
  isError,
}: {
  name: string;
  output: string;
  isError: boolean;
}) {
  if (isError) return !notRun.test(output);
  return name === 'bash' && failedCommand.test(output);
}

function isSaidAgain(event: RelayEvent<'exchange.opened'>, known: Known): boolean {
  const { sessionId, seq, payload } = event;
  if (!sessionId || payload.saidKey === '') return false;
  return known.saidKeyBefore(sessionId, seq) === payload.saidKey;
}

function nameOfOpened({ kind, code }: { kind: ItemKind; code: string | null }) {
  if (kind !== 'fault') return undefined;
  if (code === 'ping-pong') return 'wentInCircles';
  // Budgets and the like are no sign of how the work goes; they have codes of their own.
  return FaultCode.safeParse(code).success ? 'noAnswer' : undefined;
}

function nameOfSettled(
  { itemId, how, text }: { itemId: ItemId; how: string; text: string },
  known: Known,
): OccurrenceName | undefined {
  const item = known.item(itemId);
  if (item?.kind === 'draft') {
    if (how === 'dismissed' || how === 'answered') return 'draftDropped';
    // One that went out with other words is told by `draft.edited`.
    return how === 'approved' && text === item.proposal ? 'draftApproved' : undefined;
  }
  if (item?.kind !== 'escalation') return undefined;
  if (how === 'approved') return item.proposal === '' ? 'ownerAnswered' : 'proposalApproved';
  return how === 'answered' || how === 'direct' ? 'ownerAnswered' : undefined;
}
