import { describe, expect, it } from 'vitest';
import type { EventPayload, EventType, RelayEvent } from '#shared/events.ts';
import { CallId, ConversationId, DispatchId, ExchangeId, ItemId, SessionId } from '#shared/ids.ts';
import { noUsage } from '#shared/usage.ts';
import { toEntries } from './entries.ts';

const callId = CallId.parse('c1');
const dispatchId = DispatchId.parse('d1');
const itemId = ItemId.parse('i1');

let seq = 0;
function event<T extends EventType>(type: T, payload: EventPayload<T>, toolUseId?: string) {
  seq += 1;
  return {
    ...{ seq, id: String(seq), tsNs: `${seq}000000`, at: seq * 1000, type, payload, tokens: 0 },
    sessionId: SessionId.parse('s'),
    conversationId: ConversationId.parse('/work'),
    exchangeId: ExchangeId.parse('x1'),
    toolUseId: toolUseId ?? null,
    // Type and payload belong together by the signature.
  } as RelayEvent;
}

const said = (text: string) => event('user_message', { author: 'session', text, via: null });
const started = () =>
  event('call.started', {
    ...{ callId, purpose: 'answer', attempt: 1, model: 'm', maxTokens: 1 },
    ...{ fromSeq: 1, toSeq: 1, estimatedTokens: 1 },
  });
const finished = () =>
  event('call.finished', {
    ...{ callId, purpose: 'answer', model: 'm', usage: noUsage, costUsd: 0.5 },
    ...{ savedByCacheUsd: 0, stopReason: 'end_turn', requestId: null, firstTextMs: 1 },
    durationMs: 1900,
  });
const answered = (text: string) => event('agent_message', { text, callId, model: 'm' });

describe('the entries of a conversation', () => {
  it('tell an exchange as two letters, with what became of the reply', () => {
    const entries = toEntries([
      said('Done.'),
      started(),
      finished(),
      answered('Go on.'),
      event('verdict.given', { callId, verdict: { kind: 'reply', text: 'Go on.' } }),
      event('dispatch.queued', { dispatchId, origin: 'supervisor', text: 'Go on.' }),
      event('dispatch.written', { dispatchId }),
      event('dispatch.claimed', { dispatchId }),
    ]);
    expect(entries.map(({ kind }) => kind)).toEqual(['said', 'answer']);
    expect(entries[1]).toMatchObject({ verdict: 'reply', costUsd: 0.5, durationMs: 1900 });
    expect(entries[1]).toHaveProperty('delivery.claimedAt', seq * 1000);
  });

  it('show a call only while it is under way', () => {
    const events = [said('Done.'), started()];
    expect(toEntries(events).at(-1)).toMatchObject({ kind: 'calling', model: 'm' });
    const failed = event('call.interrupted', { callId });
    expect(toEntries([...events, failed]).map(({ kind }) => kind)).toEqual(['said']);
  });

  it('read an escalation as question, proposal and reasons, not as the text it came in', () => {
    const verdict = { kind: 'escalate', question: 'Drop it?', proposal: 'No.', reasoning: 'Data.' };
    const entries = toEntries([
      answered('[NEEDS-JC] Drop it?\nProposal: No.\nData.'),
      event('verdict.given', { callId, verdict: verdict as never }),
      event('item.opened', {
        ...{ itemId, kind: 'escalation', code: null, summary: 'Drop it?', proposal: 'No.' },
        ...{ reasoning: 'Data.', holds: true, stops: true, blocks: false, isOutage: false },
        retryAt: null,
      }),
      event('item.settled', { itemId, how: 'approved', via: 'tray', text: '', extraUsd: 0 }),
    ]);
    expect(entries[0]).toMatchObject({ text: 'Drop it?', proposal: 'No.', reasoning: 'Data.' });
    expect(entries[1]).toMatchObject({ kind: 'asked', settled: { how: 'approved', via: 'tray' } });
  });

  it('gather the tools of one turn in one line, each with its answer', () => {
    const entries = toEntries([
      event('tool_call', { name: 'read_file', input: { path: 'a.ts' }, callId }, 't1'),
      event('tool_call', { name: 'search', input: { text: 'b' }, callId }, 't2'),
      event('tool_response', { name: 'search', output: 'found', isError: false }, 't2'),
    ]);
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      kind: 'tools',
      calls: [
        { name: 'read_file', output: null },
        { name: 'search', output: 'found' },
      ],
    });
  });

  it('tie the owner’s direct word to its delivery', () => {
    const entries = toEntries([
      event('user_message', { author: 'owner', text: 'Stop.', via: 'inbox' }),
      event('dispatch.queued', { dispatchId, origin: 'owner', text: 'Stop.' }),
      event('dispatch.withdrawn', { dispatchId, reason: 'a person typed' }),
    ]);
    expect(entries[0]).toMatchObject({
      kind: 'owner',
      delivery: { withdrawnWhy: 'a person typed' },
    });
  });
});
