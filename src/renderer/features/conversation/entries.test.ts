import { describe, expect, it } from 'vitest';
import type { EventPayload, EventType, RelayEvent } from '#shared/events.ts';
import { CallId, ConversationId, DispatchId, ExchangeId, ItemId, SessionId } from '#shared/ids.ts';
import { noUsage } from '#shared/usage.ts';
import { toEntries } from './entries.ts';
import { durationMs, exitCode } from './tool-use.ts';

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

  it('gather the tools of one turn, each with its answer and how long it took', () => {
    const entries = toEntries([
      event(
        'tool_call',
        { name: 'read_file', input: { path: 'a.ts' }, callId, said: 'I look.' },
        't1',
      ),
      event('tool_call', { name: 'search', input: { text: 'b' }, callId, said: 'I look.' }, 't2'),
      event('tool_response', { name: 'search', output: 'found', isError: false }, 't2'),
    ]);
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      ...{ kind: 'tools', said: 'I look.' },
      calls: [
        { name: 'read_file', output: null, asked: null },
        { name: 'search', output: 'found' },
      ],
    });
    const [first, second] = entries[0]?.kind === 'tools' ? entries[0].calls : [];
    expect(first && durationMs(first)).toBeNull();
    expect(second && durationMs(second)).toBe(1000);
  });

  it('tell at the tool itself what the owner was asked and said, and not count that time', () => {
    const question = { summary: 'May it?', proposal: 'npm test', reasoning: '' };
    const asks = { code: null, holds: true, stops: true, blocks: false, isOutage: false };
    const opened = { itemId, kind: 'tool', ...question, ...asks, retryAt: null } as const;
    const settled = { itemId, how: 'approved', via: 'ntfy', text: '', extraUsd: 0 } as const;
    const entries = toEntries([
      event('tool_call', { name: 'bash', input: { command: 'npm test' }, callId }, 't3'),
      event('item.opened', opened, 't3'),
      event('session.prompted', {}),
      event('item.settled', settled),
      event(
        'tool_response',
        { name: 'bash', output: 'exit code 1 after 1.0 s', isError: false },
        't3',
      ),
    ]);
    expect(entries).toHaveLength(1);
    const [use] = entries[0]?.kind === 'tools' ? entries[0].calls : [];
    expect(use?.asked).toMatchObject({ itemId, settled: { how: 'approved', via: 'ntfy' } });
    expect(use && durationMs(use)).toBe(1000);
    expect(use && exitCode(use)).toBe(1);
  });

  it('put the owner’s words in the place of a draft, with what became of them', () => {
    const text = 'Go on.';
    const asks = { code: null, holds: true, stops: true, blocks: false, isOutage: false };
    const words = { summary: 'A reply waits.', proposal: text, reasoning: '' };
    const entries = toEntries([
      said('Done.'),
      answered(text),
      event('verdict.given', { callId, verdict: { kind: 'reply', text } }),
      event('item.opened', { itemId, kind: 'draft', ...words, ...asks, retryAt: null }),
      event('draft.edited', { itemId, before: text, after: 'Stop.' }),
      event('item.settled', { itemId, how: 'approved', via: 'cli', text: 'Stop.', extraUsd: 0 }),
      event('dispatch.queued', { dispatchId, origin: 'supervisor', text: 'Stop.' }),
    ]);
    expect(entries.map(({ kind }) => kind)).toEqual(['said', 'answer', 'asked', 'owner']);
    expect(entries[1]).toMatchObject({ isDraft: true, text, delivery: null });
    expect(entries[3]).toMatchObject({ isEdit: true, text: 'Stop.', via: 'cli' });
    expect(entries[3]).toHaveProperty('delivery.queuedAt', seq * 1000);
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
