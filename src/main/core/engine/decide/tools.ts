import type { NewEvent, RelayEvent } from '#shared/events.ts';
import type { CommandOf } from '../command.ts';
import type { ExchangeState, OpenTool, RelayState } from '../state.ts';
import { type Decide, type Decision, decided, nothingToDo, refused } from './decision.ts';
import { newItem, settled } from './item-events.ts';
import { subjectOf } from './session-events.ts';

/** The owner is asked whether a tool may run; the session is held until he has said so. */
export const askTool: Decide<CommandOf<'askTool'>> = (state, command) => {
  const { toolUseId, summary, shows: proposal, reasoning } = command;
  const exchange = state.exchanges.get(command.exchangeId);
  const tool = exchange?.tools.get(toolUseId);
  if (!exchange || !tool || tool.itemId !== null || tool.answer) return nothingToDo;
  const about = { ...subjectOf(exchange), toolUseId };
  const details = { kind: 'tool', code: null, summary, proposal, reasoning } as const;
  return decided(newItem(state, about, { ...details, holds: true, stops: true }));
};

/** What came of a use of a tool. Nothing where it has been answered otherwise meanwhile. */
export const answerTool: Decide<CommandOf<'answerTool'>> = (state, command) => {
  const { toolUseId, output, isError } = command;
  const exchange = state.exchanges.get(command.exchangeId);
  const tool = exchange?.tools.get(toolUseId);
  if (!exchange || !tool) return nothingToDo;
  return decided(response(exchange, toolUseId, tool, output, isError));
};

export const setToolPolicy: Decide<CommandOf<'setToolPolicy'>> = (state, command) => {
  const { sessionId, tool, policy } = command;
  const session = state.sessions.get(sessionId);
  if (!session) {
    return refused('not-found', `There is no session ${sessionId}. See: relay sessions`);
  }
  if ((session.toolPolicies.get(tool) ?? null) === policy) return nothingToDo;
  const about = { sessionId, conversationId: session.conversationId };
  return decided({ type: 'session.tool_policy_set', ...about, payload: { tool, policy } });
};

/** Uses of tools that were under way when the last relay died: nobody will ever answer them. */
export function interruptTools(state: RelayState): NewEvent[] {
  return [...state.exchanges.values()].flatMap((exchange) =>
    closeTools(
      state,
      exchange,
      'Interrupted: Relay was stopped. Whether it had any effect is unknown; use the tool again if you still need it.',
    ),
  );
}

/**
 * A decision with a response for every use of a tool that it leaves behind: whatever ends an exchange
 * or gives its session another answer, no `tool_call` stays without its `tool_response`.
 */
export function answerDangling(state: RelayState, decision: Decision): Decision {
  if (!decision.ok) return decision;
  const ended = decision.events.filter(endsTurn).flatMap(({ exchangeId }) => {
    const exchange = exchangeId ? state.exchanges.get(exchangeId) : undefined;
    return exchange && exchange.tools.size > 0 ? [exchange] : [];
  });
  if (ended.length === 0) return decision;
  const closing = [...new Set(ended)].flatMap((exchange) =>
    closeTools(state, exchange, 'Not run: the exchange ended before.').filter(
      ({ type, payload }) => type !== 'item.settled' || !settles(decision.events, payload.itemId),
    ),
  );
  return { ok: true, events: [...closing, ...decision.events] };
}

type EventLike = Pick<RelayEvent, 'type'> | NewEvent;

const endsTurn = ({ type }: EventLike): boolean =>
  type === 'exchange.closed' || type === 'dispatch.queued';

function settles(events: readonly NewEvent[], itemId: string): boolean {
  return events.some(({ type, payload }) => type === 'item.settled' && payload.itemId === itemId);
}

function closeTools(state: RelayState, exchange: ExchangeState, why: string): NewEvent[] {
  return [...exchange.tools].flatMap(([toolUseId, tool]) => {
    const item = tool.itemId === null ? undefined : state.items.get(tool.itemId);
    return [
      ...(item ? [settled(item, 'withdrawn', null, '')] : []),
      response(exchange, toolUseId, tool, why, true),
    ];
  });
}

function response(
  exchange: ExchangeState,
  toolUseId: string,
  { name }: OpenTool,
  output: string,
  isError: boolean,
): NewEvent {
  const payload = { name, output, isError };
  return { type: 'tool_response', ...subjectOf(exchange), toolUseId, payload };
}
