import { describe, expect, test } from 'vitest';
import type { ExchangeId } from '#shared/ids.ts';
import { type EngineDesk, openDesk } from '../engine/testing/engine-desk.ts';
import { conversation, factsOf, said, session, someUsage } from '../engine/testing/pure-relay.ts';

function says(desk: EngineDesk, sessionId: string, text: string): ExchangeId {
  const events = desk.does({
    ...{
      kind: 'acceptEnvelope',
      sessionId: session(sessionId),
      facts: factsOf(),
      word: said(text),
    },
  });
  return events.find(({ exchangeId }) => exchangeId)?.exchangeId ?? expect.fail('no exchange');
}

function calls(desk: EngineDesk, exchangeId: ExchangeId): void {
  desk.does({
    ...{ kind: 'startCall', exchangeId, purpose: 'answer', model: 'm', maxTokens: 1 },
    ...{ fromSeq: 1, toSeq: 1, estimatedTokens: 1 },
  });
}

function answers(desk: EngineDesk, exchangeId: ExchangeId, text: string): void {
  const callId = desk.engine.state.exchanges.get(exchangeId)?.callId ?? expect.fail('no call');
  desk.does({
    ...{ kind: 'finishCall', exchangeId, callId, purpose: 'answer', model: 'm', durationMs: 1 },
    ...{ usage: someUsage, costUsd: 1, savedByCacheUsd: 0, stopReason: 'end_turn' },
    ...{ requestId: null, firstTextMs: null, verdict: { kind: 'reply', text } },
  });
}

const inDefault = conversation('default');
const wordsOf = (desk: EngineDesk, calling: ExchangeId | null) =>
  desk.queries.window(inDefault, calling).entries.map(({ text }) => text);

describe('the window of a conversation', () => {
  test('shows an exchange its own words and those that are over, not what others wait for', async () => {
    using desk = await openDesk();
    const first = says(desk, 's1', 'one');
    const second = says(desk, 's2', 'two');
    expect(wordsOf(desk, first)).toEqual(['one']);
    expect(wordsOf(desk, second)).toEqual(['two']);
    expect(wordsOf(desk, null)).toEqual([]);
    calls(desk, first);
    answers(desk, first, 'To one.');
    expect(wordsOf(desk, second)).toEqual(['one', 'To one.', 'two']);
  });

  test('keeps its order, whenever what is said comes in', async () => {
    using desk = await openDesk();
    const first = says(desk, 's1', 'one');
    calls(desk, first);
    // Said while the answer is under way: it stands behind it.
    const second = says(desk, 's2', 'two');
    desk.does({ kind: 'say', text: 'Mine.', conversationId: inDefault, via: 'cli' });
    answers(desk, first, 'To one.');
    calls(desk, second);
    answers(desk, second, 'To two.');
    expect(wordsOf(desk, null)).toEqual(['one', 'To one.', 'two', 'To two.']);
    const positions = desk.queries.window(inDefault, null).entries.map(({ position }) => position);
    expect(positions).toEqual([1, 2, 3, 4]);
  });

  test('begins after its last summary', async () => {
    using desk = await openDesk();
    const first = says(desk, 's1', 'one');
    calls(desk, first);
    answers(desk, first, 'To one.');
    const range = { fromPosition: 1, toPosition: 2, fromAt: 1, toAt: 2, events: 2 };
    desk.does({
      ...{ kind: 'recordSummary', conversationId: inDefault, text: 'S', method: 'supervisor' },
      ...range,
    });
    const second = says(desk, 's1', 'two');
    const { summary, entries } = desk.queries.window(inDefault, second);
    expect(summary).toMatchObject({ text: 'S', ...range });
    expect(entries).toMatchObject([{ text: 'two', position: 3 }]);
  });
});

test('what is taken is known by file and by id, of one session', async () => {
  using desk = await openDesk();
  const facts = factsOf({ fileKey: 'k1', envelopeId: 'e1' });
  desk.does({ kind: 'acceptEnvelope', sessionId: session('s1'), facts, word: said('x') });
  const { queries } = desk;
  expect([queries.isFileTaken('k1'), queries.isFileTaken('k2')]).toEqual([true, false]);
  expect(queries.isIdTaken(session('s1'), 'e1')).toBe(true);
  expect(queries.isIdTaken(session('s2'), 'e1')).toBe(false);
});

test('open items come oldest first, beyond the ninth as well', async () => {
  using desk = await openDesk();
  for (let n = 0; n < 12; n += 1) {
    const exchangeId = says(desk, `s${n}`, 'x');
    calls(desk, exchangeId);
    const callId = desk.engine.state.exchanges.get(exchangeId)?.callId ?? expect.fail('no call');
    desk.does({
      ...{ kind: 'failCall', exchangeId, callId, purpose: 'answer', model: 'm', durationMs: 1 },
      ...{ usage: null, costUsd: null, savedByCacheUsd: 0 },
      fault: { code: 'refusal', remedy: 'decide', message: 'm' },
    });
  }
  expect(desk.queries.openItems().map(({ id }) => id)).toEqual([...desk.engine.state.items.keys()]);
  expect(desk.queries.openItems()[9]).toMatchObject({ id: 'i10', holds: true });
});

test('instructions are the last that were recorded', async () => {
  using desk = await openDesk();
  expect(desk.queries.lastInstructions()).toBeUndefined();
  for (const text of ['one', 'two']) desk.does({ kind: 'recordInstructions', text });
  expect(desk.queries.lastInstructions()).toBe('two');
});
