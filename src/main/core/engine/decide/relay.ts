import type { NewEvent } from '#shared/events.ts';
import { SessionId } from '#shared/ids.ts';
import type { HistoryEntry } from '#shared/models.ts';
import type { CommandOf } from '../command.ts';
import type { RelayState } from '../state.ts';
import { interrupted } from './calls.ts';
import { type Circumstances, type Decide, decided, nothingToDo } from './decision.ts';
import { introduce } from './session-events.ts';
import { interruptTools } from './tools.ts';

/** A start; calls that were under way when the last relay died are to be made again. */
export const startRelay: Decide<CommandOf<'startRelay'>> = (state, { version, pid, host }) => {
  const events: NewEvent[] = [
    { type: 'relay.started', payload: { version, pid, host } },
    ...interruptTools(state),
  ];
  for (const exchange of state.exchanges.values()) {
    if (exchange.stage === 'calling' && exchange.callId) {
      events.push(interrupted(exchange, exchange.callId));
    }
  }
  return decided(...events);
};

export const stopRelay: Decide<CommandOf<'stopRelay'>> = () =>
  decided({ type: 'relay.stopped', payload: {} });

export const pause: Decide<CommandOf<'pause'>> = (state, { via }) =>
  state.paused ? nothingToDo : decided({ type: 'relay.paused', payload: { via } });

export const resume: Decide<CommandOf<'resume'>> = (state, { via }) =>
  state.paused ? decided({ type: 'relay.resumed', payload: { via } }) : nothingToDo;

export const recordSummary: Decide<CommandOf<'recordSummary'>> = (_state, command) => {
  const { kind: _kind, conversationId, ...payload } = command;
  return decided({ type: 'summary.made', conversationId, payload });
};

/** The standing instructions as they were from here on, so that the past can be understood. */
export const recordInstructions: Decide<CommandOf<'recordInstructions'>> = (_state, { text }) =>
  decided({ type: 'system_message', payload: { text } });

export const markNotified: Decide<CommandOf<'markNotified'>> = (state, command) => {
  const { itemId, channel, failure } = command;
  const item = state.items.get(itemId);
  if (!item) return nothingToDo;
  const { sessionId, conversationId, exchangeId } = item;
  const about = { sessionId, conversationId, exchangeId };
  return failure === null
    ? decided({ type: 'notification.sent', ...about, payload: { itemId, channel } })
    : decided({
        type: 'notification.failed',
        ...about,
        payload: { itemId, channel, reason: failure },
      });
};

/** A history of the first relay: each entry becomes a conversation event, in its order. */
export const importHistory: Decide<CommandOf<'importHistory'>> = (state, command, given) => {
  const introduced = new Set<string>();
  const events = command.entries.flatMap((entry) => {
    if (entry.content.trim() === '') return [];
    const before = introduceOnce(state, entry, introduced, given);
    const { subject } = before;
    return [...before.events, historyEvent(entry, { ...subject, ...conversationOf(command) })];
  });
  return decided(...events);
};

const conversationOf = ({ conversationId }: CommandOf<'importHistory'>) => ({ conversationId });

function introduceOnce(
  state: RelayState,
  entry: HistoryEntry,
  introduced: Set<string>,
  given: Circumstances,
) {
  const sessionId = SessionId.safeParse(entry.session_id);
  if (!sessionId.success) return { subject: { sessionId: null }, events: [] };
  const facts = { title: null, cwd: null, source: 'import', projectRoot: null };
  const { subject, events } = introduce(state, sessionId.data, facts, given);
  const isNew = !introduced.has(sessionId.data);
  introduced.add(sessionId.data);
  return { subject: { sessionId: subject.sessionId }, events: isNew ? events : [] };
}

function historyEvent(
  { role, content, ts }: HistoryEntry,
  about: Pick<NewEvent, 'sessionId' | 'conversationId'>,
): NewEvent {
  const time = ts === null || ts === undefined ? undefined : isoTime(ts);
  const sentAt = time === undefined ? {} : { sentAt: time };
  if (role === 'assistant') {
    const payload = { text: content, callId: null, model: null, ...sentAt };
    return { type: 'agent_message', ...about, payload };
  }
  const author = role === 'system' ? 'relay' : about.sessionId ? 'session' : 'owner';
  return {
    type: 'user_message',
    ...about,
    payload: { author, text: content, via: null, ...sentAt },
  };
}

/** The first relay wrote ISO times or seconds since the epoch; undefined for what is no time. */
function isoTime(ts: string | number): string | undefined {
  if (typeof ts === 'string') return ts;
  const date = new Date(ts < 1e11 ? ts * 1000 : ts);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
