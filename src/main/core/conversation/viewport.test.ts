import { expect, test } from 'vitest';
import type { ConversationEntry, ConversationSummary } from './entry.ts';
import type { ViewportLimits } from './limits.ts';
import { shrinkLimits } from './limits.ts';
import { writtenSummary } from './summary.ts';
import {
  inOrder,
  sampleEntry,
  sampleLimits,
  sampleSummary,
  sampleTurns,
} from './testing/conversation-samples.ts';
import { planViewport, type ViewportPlan } from './viewport.ts';

const systemText = 'You answer in the stead of the owner.';
const tenThousand = sampleLimits({ budgetTokens: 10_000, maxCharacters: 1_000_000 });

function planOf(
  entries: ConversationEntry[],
  limits: ViewportLimits = tenThousand,
  summary: ConversationSummary | null = null,
): ViewportPlan {
  return planViewport({ entries, summary, systemText, limits });
}

function sent(plan: ViewportPlan): Extract<ViewportPlan, { kind: 'send' }> {
  if (plan.kind !== 'send') throw new Error(`The plan is to ${plan.kind}`);
  return plan;
}

function summarised(plan: ViewportPlan): Extract<ViewportPlan, { kind: 'summarise' }> {
  if (plan.kind !== 'summarise') throw new Error(`The plan is to ${plan.kind}`);
  return plan;
}

/** Some tokens by estimate: sessions' words of `tokens` each, the last one waiting. */
function turnsAndWord(turns: number, tokens: number): ConversationEntry[] {
  return inOrder([...sampleTurns(turns, tokens * 4), { text: 'last' }]);
}

test('a short conversation is sent whole', () => {
  const plan = sent(planOf(turnsAndWord(2, 10)));
  expect(plan.messages.map(({ role }) => role)).toEqual([
    'user',
    'assistant',
    'user',
    'assistant',
    'user',
  ]);
  expect(plan).toMatchObject({ fromSeq: 3, toSeq: 15 });
  expect(plan).not.toHaveProperty('pinnedMessage');
  expect(plan).not.toHaveProperty('prepareSummary');
});

test("there is nothing to send where the last word is the supervisor's", () => {
  expect(planOf([])).toEqual({ kind: 'nothing' });
  expect(planOf(inOrder(sampleTurns(1, 5)))).toEqual({ kind: 'nothing' });
  expect(planOf(inOrder(sampleTurns(2, 5)), tenThousand, sampleSummary())).toEqual({
    kind: 'nothing',
  });
});

test('an answer without words leaves no empty message', () => {
  const plan = sent(planOf(inOrder([{}, { type: 'agent_message', text: '' }, {}])));
  expect(plan.messages).toHaveLength(1);
});

test('a history that begins with an answer is led in by the relay', () => {
  const plan = sent(planOf(inOrder([{ type: 'agent_message', text: 'Go on.' }, {}])));
  expect(plan.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  expect(plan.messages[0]?.text).toMatch(/^<relay at=/);
});

test('the summary goes first, with a cache breakpoint of its own once its message is complete', () => {
  const summary = sampleSummary({ toPosition: 4 });
  const alone = sent(planOf(inOrder([{}], 5), tenThousand, summary));
  expect(alone.messages[0]?.text).toMatch(/^<relay at=".*"><summary from=".*" to=".*" events="4">/);
  expect(alone).not.toHaveProperty('pinnedMessage');
  const later = sent(planOf(inOrder([{}, { type: 'agent_message' }, {}], 5), tenThousand, summary));
  expect(later.pinnedMessage).toBe(0);
  expect(later.messages[0]).toEqual(alone.messages[0]);
});

test('entries that the summary covers are not sent, whether they are handed over or not', () => {
  const all = inOrder([...sampleTurns(6, 20), {}]);
  const summary = sampleSummary({ toPosition: 4 });
  const plan = planOf(all, tenThousand, summary);
  expect(plan).toEqual(planOf(all.slice(4), tenThousand, summary));
  expect(
    sent(plan)
      .messages.map(({ text }) => text)
      .join(),
  ).not.toContain('q1 ');
  expect(
    sent(plan)
      .messages.map(({ text }) => text)
      .join(),
  ).toContain('q2 ');
});

test('a window that is too long moves to half of the budget, at a turn', () => {
  const entries = turnsAndWord(48, 100);
  const plan = summarised(planOf(entries));
  expect(plan.estimatedTokens).toBeGreaterThan(10_000);
  expect(plan.fromPosition).toBe(1);
  expect(plan.entries.at(-1)).toMatchObject({ position: plan.toPosition, type: 'agent_message' });
  const after = sent(planOf(entries, tenThousand, writtenSummary(plan.entries, null, 'Short.')));
  expect(after.estimatedTokens).toBeLessThanOrEqual(5_000);
  expect(after.estimatedTokens).toBeGreaterThan(3_500);
});

test('characters are a trigger of their own', () => {
  const limits = sampleLimits({ budgetTokens: 1_000_000, maxCharacters: 40_000 });
  expect(planOf(turnsAndWord(40, 100), limits).kind).toBe('send');
  expect(planOf(turnsAndWord(60, 100), limits).kind).toBe('summarise');
});

test('counted tokens come before the estimate', () => {
  const entries = turnsAndWord(40, 100);
  expect(planOf(entries).kind).toBe('send');
  const dense = entries.map((entry) => ({ ...entry, tokens: 150 }));
  expect(planOf(dense).kind).toBe('summarise');
});

test('a window that was sent does not move, whatever its words have been counted to since', () => {
  const entries = turnsAndWord(40, 100);
  const before = sent(planOf(entries));
  const counted = entries.map((entry) => ({ ...entry, tokens: 500 }));
  expect(planOf(counted).kind).toBe('summarise');
  const given = { entries: counted, summary: null, systemText, limits: tenThousand };
  expect(sent(planViewport({ ...given, wasSent: true })).messages).toEqual(before.messages);
});

test('the last ten turns stay word for word where half of the budget is too little for them', () => {
  const entries = turnsAndWord(16, 290);
  const plan = summarised(planOf(entries, sampleLimits({ budgetTokens: 9_200 })));
  const kept = entries.filter(({ position }) => position > plan.toPosition);
  expect(kept).toHaveLength(21);
});

test('fewer than ten turns stay where ten would leave no room to go on', () => {
  const entries = turnsAndWord(12, 450);
  const plan = summarised(planOf(entries));
  const kept = entries.filter(({ position }) => position > plan.toPosition);
  expect(kept.length).toBeGreaterThan(11);
  expect(kept.length).toBeLessThan(21);
  expect(kept[0]?.text).toMatch(/^q/);
});

test('a summary is prepared from four fifths on, for the range that would be taken in', () => {
  expect(sent(planOf(turnsAndWord(36, 100))).prepareSummary).toBeUndefined();
  const entries = turnsAndWord(42, 100);
  const range = sent(planOf(entries)).prepareSummary;
  expect(range?.fromPosition).toBe(1);
  const after = sent(
    planOf(entries, tenThousand, writtenSummary(range?.entries ?? [], null, 'Short.')),
  );
  expect(after.estimatedTokens).toBeLessThanOrEqual(5_000);
  expect(after.prepareSummary).toBeUndefined();
});

test('no summary is prepared for a small step', () => {
  // The last ten turns and the summary's share come to 0.78 of the budget; two more free too little.
  const entries = turnsAndWord(12, 325);
  const plan = sent(planOf(entries));
  expect(plan.estimatedTokens).toBeGreaterThan(8_000);
  expect(plan.prepareSummary).toBeUndefined();
});

test('a tool call and its response move together', () => {
  const entries = inOrder([
    ...sampleTurns(10, 3_000),
    { text: 'Look.' },
    { type: 'tool_call', toolUseId: 't1', text: `call ${'c'.repeat(6_000)}` },
    { type: 'tool_response', toolUseId: 't1', text: `found ${'d'.repeat(6_000)}` },
  ]);
  const plan = summarised(planOf(entries, sampleLimits({ budgetTokens: 5_000 })));
  expect(plan.toPosition).toBeLessThan(22);
});

test('a single word that does not fit is cut in the middle, for the view only', () => {
  const entry = sampleEntry({ text: `BEGIN${'x'.repeat(100_000)}END` });
  const plan = sent(planOf([entry]));
  const text = plan.messages[0]?.text ?? '';
  expect(text).toContain('BEGINx');
  expect(text).toContain('xEND\n</session>');
  expect(text).toMatch(/<relay>\d+ characters are left out here<\/relay>/);
  expect(plan.estimatedTokens).toBeLessThanOrEqual(10_000);
  expect(entry.text).toHaveLength(100_008);
});

test('a word that is too long leaves room for the turns before it', () => {
  const entries = inOrder([...sampleTurns(3, 400), { text: 'x'.repeat(8_000_000) }]);
  const plan = sent(planOf(entries));
  expect(plan.messages).toHaveLength(7);
});

test('a tool pair that does not fit is cut, not parted', () => {
  const entries = inOrder([
    { text: 'Look.' },
    { type: 'tool_call', toolUseId: 't1', text: 'c'.repeat(60_000) },
    { type: 'tool_response', toolUseId: 't1', text: 'd'.repeat(60_000) },
  ]);
  const plan = sent(planOf(entries));
  expect(plan.messages[0]?.text).toMatch(
    /<tool_call id=[\s\S]*<\/tool_call>\n\n<tool_response id=/,
  );
  expect(plan.estimatedTokens).toBeLessThanOrEqual(10_000);
});

test('calls made at once that do not fit together are cut evenly', () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const entries = inOrder([
    { text: 'Look.' },
    ...ids.map((toolUseId) => ({ type: 'tool_call' as const, toolUseId, text: 'c'.repeat(9_000) })),
    ...ids.map((toolUseId) => ({
      type: 'tool_response' as const,
      toolUseId,
      text: 'd'.repeat(9_000),
    })),
  ]);
  let plan = planOf(entries);
  if (plan.kind === 'summarise') {
    expect(plan.toPosition).toBe(1);
    plan = planOf(entries, tenThousand, writtenSummary(plan.entries, null, 'Short.'));
  }
  expect(sent(plan).estimatedTokens).toBeLessThanOrEqual(10_000);
  expect(
    sent(plan)
      .messages.at(-1)
      ?.text.match(/<tool_response id=/g),
  ).toHaveLength(5);
});

test('a summary longer than its share is cut in the view', () => {
  const summary = sampleSummary({ toPosition: 4, text: 'word '.repeat(20_000) });
  const plan = sent(planOf(inOrder([{}], 5), tenThousand, summary));
  expect(plan.estimatedTokens).toBeLessThanOrEqual(1_100);
});

test('a backlog far above the budget is summarised in steps that each fit a call', () => {
  const entries = turnsAndWord(300, 100);
  let summary: ConversationSummary | null = null;
  let steps = 0;
  let plan = planOf(entries);
  while (plan.kind === 'summarise') {
    summary = writtenSummary(plan.entries, summary, `Step ${steps}.`);
    steps += 1;
    plan = planOf(entries, tenThousand, summary);
  }
  expect(steps).toBeGreaterThan(5);
  expect(steps).toBeLessThan(12);
  expect(summary?.events).toBe(summary?.toPosition);
});

test('standing instructions that fill the budget leave room for a word all the same', () => {
  const plan = planViewport({
    entries: inOrder([{ text: 'What now?' }]),
    summary: null,
    systemText: 's'.repeat(60_000),
    limits: tenThousand,
  });
  expect(sent(plan).messages[0]?.text).toContain('What now?');
});

test('shrinking the limits ends with one word cut short', () => {
  const entries = inOrder([...sampleTurns(4, 60_000), { text: 'x'.repeat(60_000) }]);
  let limits: ViewportLimits | null = sampleLimits();
  let summary: ConversationSummary | null = null;
  let last: ViewportPlan = { kind: 'nothing' };
  while (limits !== null) {
    last = planOf(entries, limits, summary);
    if (last.kind === 'summarise') summary = writtenSummary(last.entries, summary, 'Short.');
    else limits = shrinkLimits(limits);
  }
  expect(sent(last).messages).toHaveLength(1);
  expect(sent(last).estimatedTokens).toBeLessThanOrEqual(2_000);
});
