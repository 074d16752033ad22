import type { RelayEvent } from '#shared/events.ts';
import type { ConversationId, ExchangeId, SessionId } from '#shared/ids.ts';
import { addresseeNote } from '../conversation/addressee.ts';
import { joinAsides } from '../conversation/aside.ts';
import { cacheLife } from '../conversation/cache-life.ts';
import type { CallSettings } from '../conversation/call-settings.ts';
import type { ConversationEntry } from '../conversation/entry.ts';
import { fixedText } from '../conversation/fixed-text.ts';
import { beginTurn, continueTurn, type LiveTurn } from '../conversation/live-turn.ts';
import { sentMark } from '../conversation/sent-mark.ts';
import { summaryRequest } from '../conversation/summary.ts';
import { planViewport, type ViewportPlan } from '../conversation/viewport.ts';
import { memoryNote } from '../memory/memory-note.ts';
import type { Queries } from '../store/queries.ts';
import type { SupervisorRequest, ToolDefinition, ToolRequest } from '../supervisor/supervisor.ts';

export type CallStarted = RelayEvent<'call.started'>;

export interface PastRequestOptions {
  queries: Queries;
  settings: () => CallSettings;
}

/** What is to be otherwise than it was. */
export interface Changes {
  model?: string | undefined;
  instructions?: string | undefined;
  brief?: string | undefined;
}

interface Past {
  request: SupervisorRequest;
  plan: Extract<ViewportPlan, { kind: 'send' }>;
  entries: readonly ConversationEntry[];
}

/** Makes requests of the past anew from the events; undefined where they do not tell what was sent. */
export function createPastRequests({ queries, settings }: PastRequestOptions) {
  function window(call: CallStarted, conversationId: ConversationId, answerSeq: number | null) {
    // A call without an exchange has no window; the caller has looked.
    const exchangeId = call.exchangeId as ExchangeId;
    return queries.windowBefore(conversationId, { callSeq: call.seq, answerSeq, exchangeId });
  }

  /** @param answerSeq the first event that the call brought into the conversation; null: none */
  function plain(
    call: CallStarted,
    answerSeq: number | null,
    changes: Changes,
    tools: readonly ToolDefinition[] = [],
  ): Past | undefined {
    const { seq, sessionId, conversationId, exchangeId, payload } = call;
    if (!conversationId || !exchangeId) return undefined;
    const given = settings();
    const { effort } = payload.sent ?? given;
    const cacheTtl = payload.sent?.cacheTtl ?? cacheLife(given.cacheTtl, [], call.at);
    const system = changes.instructions ?? queries.instructionsBefore(seq) ?? given.instructions;
    const kept = memoryNote({
      facts: queries.memory.factsBefore(conversationId, seq),
      sessionId,
      brief: briefOf(sessionId, seq, changes.brief),
    });
    const shown = window(call, conversationId, answerSeq);
    const { limits } = given;
    const addressee = addresseeNote(shown, sessionId, limits);
    const aside = joinAsides(kept, queries.drives.told(exchangeId, seq), addressee);
    const systemText = fixedText({ instructions: system, aside, tools });
    const plan = planViewport({ ...shown, systemText, limits, wasSent: true });
    if (plan.kind !== 'send') return undefined;
    const request: SupervisorRequest = {
      ...{ model: changes.model ?? payload.model, maxTokens: payload.maxTokens, system, cacheTtl },
      ...{ messages: plan.messages, verdictTools: true },
      ...(aside === undefined ? {} : { aside }),
      ...(plan.pinnedMessage === undefined ? {} : { pinnedMessage: plan.pinnedMessage }),
      ...(effort ? { effort } : {}),
    };
    return { request, plan, entries: shown.entries };
  }

  function briefOf(sessionId: SessionId | null, seq: number, changed: string | undefined) {
    if (changed !== undefined) return { text: changed, by: 'owner', setAt: 0 } as const;
    return sessionId ? queries.memory.briefBefore(sessionId, seq) : null;
  }

  /** The request of one call, with what tools had brought before it in the same answer. */
  function exact(
    call: CallStarted,
    events: readonly RelayEvent[],
    tools: readonly ToolDefinition[],
  ): SupervisorRequest | undefined {
    const calls = callsOfTurn(call, events);
    const first = calls[0] ?? call;
    const past = plain(first, broughtBy(first, events), {}, tools);
    if (!past) return undefined;
    const { conversationId, payload } = call;
    const { model, maxTokens } = payload;
    const request = { ...past.request, model, maxTokens, tools };
    if (calls.length < 2 || !conversationId) return request;
    const turn = beginTurn(request, past.plan, past.entries);
    for (const [index, next] of calls.slice(1).entries()) {
      // Of the calls of a turn each but the last asked for tools.
      ask(turn, calls[index] ?? first, events);
      const { entries } = window(next, conversationId, broughtBy(next, events));
      const { limits } = settings();
      continueTurn(turn, entries, { rounds: index + 1, limits, sessionId: call.sessionId });
    }
    return { ...request, turn: turn.rounds };
  }

  /**
   * The request for a summary. The range is known by its lowest and highest event only; where later
   * words have an earlier place, it may have gone on a little, and the fingerprint says how far.
   */
  function summary(call: CallStarted): SupervisorRequest | undefined {
    const { seq, conversationId, payload } = call;
    if (!conversationId) return undefined;
    const { model, maxTokens, toSeq, sent } = payload;
    const { summary: previous, entries } = queries.windowSummedUp(conversationId, seq);
    const last = entries.findIndex((entry) => entry.seq === toSeq);
    if (last < 0) return undefined;
    const beyond = entries.findIndex((entry, index) => index > last && entry.seq > toSeq);
    const most = beyond < 0 ? entries.length : beyond;
    const { limits } = settings();
    const upTo = (end: number) =>
      summaryRequest(entries.slice(0, end), previous, { model, maxTokens, limits });
    const shortest = upTo(last + 1);
    if (!sent) return shortest;
    for (let end = last + 1; end <= most; end += 1) {
      const request = upTo(end);
      const { prints } = sentMark(request, sent.provider);
      if (prints.messages === sent.prints.messages) return request;
    }
    return shortest;
  }

  return { plain, exact, summary };
}

/** The calls of one answer up to this one: those that asked for tools, and this one itself. */
function callsOfTurn(call: CallStarted, events: readonly RelayEvent[]): CallStarted[] {
  const rounds = call.payload.sent?.rounds ?? 0;
  const asking = events.filter(
    (event): event is CallStarted =>
      event.type === 'call.started' &&
      event.seq < call.seq &&
      events.some((use) => use.type === 'tool_call' && isOf(use, event)),
  );
  return [...(rounds === 0 ? [] : asking.slice(-rounds)), call];
}

/** The first that a call brought into the conversation. */
export function broughtBy(call: CallStarted, events: readonly RelayEvent[]): number | null {
  const brought = events.find(
    (event) => (event.type === 'agent_message' || event.type === 'tool_call') && isOf(event, call),
  );
  return brought?.seq ?? null;
}

const isOf = ({ payload }: RelayEvent, call: CallStarted): boolean =>
  'callId' in payload && payload.callId === call.payload.callId;

/** What a call asked for and what came of it, as it stood in the turn. */
function ask(turn: LiveTurn, call: CallStarted, events: readonly RelayEvent[]): void {
  const uses = events.flatMap((event) =>
    event.type === 'tool_call' && isOf(event, call) ? [event] : [],
  );
  const text = uses[0]?.payload.said ?? '';
  const calls = uses.map(({ toolUseId, payload: { name, input } }) => ({
    ...{ toolUseId: toolUseId ?? '', name, input },
  }));
  const assistant = [
    ...(text === '' ? [] : [{ type: 'text', text }]),
    ...calls.map(({ toolUseId: id, name, input }) => ({ type: 'tool_use', id, name, input })),
  ];
  // Nothing but these is read of it on the way into a request.
  turn.asked = { calls, assistant, text } as unknown as ToolRequest;
  for (const event of events) {
    if (event.type !== 'tool_response' || !event.toolUseId) continue;
    const { output, isError } = event.payload;
    turn.results.set(event.toolUseId, { output, isError });
  }
}
