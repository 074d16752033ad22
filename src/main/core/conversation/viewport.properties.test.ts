import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConversationEntry, ConversationSummary } from './entry.ts';
import { estimateTokens } from './estimate.ts';
import { omittedSummary, summaryRequest, writtenSummary } from './summary.ts';
import {
  anyConversation,
  anyLimits,
  anySystemText,
  inOrder,
  sampleLimits,
} from './testing/conversation-samples.ts';
import { planViewport, type ViewportInput, type ViewportPlan } from './viewport.ts';
import { findStarts } from './window.ts';

type Send = Extract<ViewportPlan, { kind: 'send' }>;
interface Settled {
  plan: Send | null;
  summary: ConversationSummary | null;
  /** What each summary on the way took in. */
  steps: ConversationEntry[][];
}

/** Plans as the engine does: makes every summary that is asked for until there is something to send. */
function settle(input: ViewportInput): Settled {
  let summary = input.summary;
  const steps: ConversationEntry[][] = [];
  for (;;) {
    const plan = planViewport({ ...input, summary });
    if (plan.kind === 'nothing') return { plan: null, summary, steps };
    if (plan.kind === 'send') return { plan, summary, steps };
    expect(plan.entries.at(-1)?.position).toBe(plan.toPosition);
    expect(plan.toPosition).toBeGreaterThan(summary?.toPosition ?? 0);
    steps.push([...plan.entries]);
    const make = steps.length % 2 === 0 ? omittedSummary : writtenSummary;
    summary = make(plan.entries, summary, `Summary ${steps.length}. `.repeat(200));
  }
}

const anyInput = fc.record({
  entries: anyConversation,
  summary: fc.constant(null),
  systemText: anySystemText,
  limits: anyLimits,
});

/** Ends with a word that waits for an answer. */
function waiting(entries: readonly ConversationEntry[]): ConversationEntry[] {
  return [...entries, ...inOrder([{ text: 'And now?' }], entries.length + 1)];
}

test('what is sent stays within both limits, and is reported as what it is', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const { plan } = settle({ ...input, entries: waiting(input.entries) });
      const all = [input.systemText, ...(plan?.messages ?? []).map(({ text }) => text)];
      const characters = all.reduce((sum, text) => sum + text.length, 0);
      expect(plan?.characters).toBeLessThanOrEqual(input.limits.maxCharacters);
      expect(characters).toBeLessThanOrEqual(plan?.characters ?? 0);
      expect(plan?.estimatedTokens).toBeLessThanOrEqual(input.limits.budgetTokens);
      if (input.entries.every(({ tokens }) => tokens === 0)) {
        expect(estimateTokens(all.join(''))).toBeLessThanOrEqual(plan?.estimatedTokens ?? 0);
      }
    }),
  );
});

test("roles alternate, first and last are the user's, nothing is empty", () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const { plan } = settle({ ...input, entries: waiting(input.entries) });
      const messages = plan?.messages ?? [];
      expect(messages.at(-1)?.role).toBe('user');
      for (const [index, { role, text }] of messages.entries()) {
        expect(role).toBe(index % 2 === 0 ? 'user' : 'assistant');
        expect(text.trim()).not.toBe('');
        expect(text.isWellFormed()).toBe(true);
      }
    }),
  );
});

test('every entry is in exactly one of the summaries or in the window', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const entries = waiting(input.entries).map((entry) => ({
        ...entry,
        text: `[${entry.position}] ${entry.text}`,
      }));
      const { plan, summary, steps } = settle({ ...input, entries });
      const covered = steps.flat().map(({ position }) => position);
      const shown = (plan?.messages ?? []).flatMap(({ text }) =>
        [...text.matchAll(/(?:^|\n)\[(\d+)\] /g)].map(([, position]) => Number(position)),
      );
      expect([...covered, ...shown]).toEqual(entries.map(({ position }) => position));
      expect(summary?.events ?? 0).toBe(covered.length);
      const inWindow = entries.filter(({ position }) => !covered.includes(position));
      expect(plan?.fromSeq).toBe(inWindow[0]?.seq);
      expect(plan?.toSeq).toBe(inWindow.at(-1)?.seq);
    }),
  );
});

test('a tool call and its response are never parted', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const { plan, steps } = settle({ ...input, entries: waiting(input.entries) });
      const idsOf = (entries: ConversationEntry[], type: string) =>
        entries.filter((entry) => entry.type === type).map(({ toolUseId }) => toolUseId);
      for (const step of steps) {
        expect(new Set(idsOf(step, 'tool_call'))).toEqual(new Set(idsOf(step, 'tool_response')));
      }
      const text = (plan?.messages ?? []).map((message) => message.text).join('\n');
      const idsIn = (tag: string) =>
        [...text.matchAll(new RegExp(`(?:^|\\n)<${tag} id="([^"]+)"`, 'g'))].map(([, id]) => id);
      expect(new Set(idsIn('tool_call'))).toEqual(new Set(idsIn('tool_response')));
    }),
  );
});

test('every request for a summary stays within the limits', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const { steps } = settle({ ...input, entries: waiting(input.entries) });
      let summary: ConversationSummary | null = null;
      for (const step of steps) {
        const request = summaryRequest(step, summary, {
          model: 'claude-opus-5-5',
          maxTokens: 16_000,
          limits: input.limits,
        });
        const all = request.system + request.messages.map(({ text }) => text).join('');
        expect(all.length).toBeLessThanOrEqual(input.limits.maxCharacters);
        if (step.every(({ tokens }) => tokens === 0)) {
          expect(estimateTokens(all)).toBeLessThanOrEqual(input.limits.budgetTokens);
        }
        summary = writtenSummary(step, summary, 'word '.repeat(9_000));
      }
    }),
  );
});

test('while no summary is made, what was sent is a prefix of what is sent next', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const prefixes: { plan: Send; summary: ConversationSummary | null }[] = [];
      let summary: ConversationSummary | null = null;
      for (let count = 1; count <= input.entries.length; count += 1) {
        const settled = settle({ ...input, entries: input.entries.slice(0, count), summary });
        summary = settled.summary;
        if (settled.plan !== null) prefixes.push({ plan: settled.plan, summary });
      }
      for (const [index, later] of prefixes.slice(1).entries()) {
        const earlier = prefixes[index];
        if (earlier === undefined || earlier.summary !== later.summary) continue;
        if (holdsWideUnit(input.entries)) continue;
        const before = earlier.plan.messages;
        const last = before.length - 1;
        expect(later.plan.messages.slice(0, last)).toEqual(before.slice(0, last));
        expect(later.plan.messages[last]?.text.startsWith(before[last]?.text ?? '')).toBe(true);
      }
    }),
  );
});

/** Calls made at once may be cut evenly, and then all again when the next response is there. */
function holdsWideUnit(entries: readonly ConversationEntry[]): boolean {
  const { units } = findStarts(entries);
  return [...units.slice(1), entries.length].some((end, index) => end - (units[index] ?? 0) > 2);
}

test('the same conversation gives the same plan, and a plan changes nothing it was given', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const before = structuredClone(input);
      const plan = planViewport(input);
      expect(planViewport(input)).toEqual(plan);
      expect(input).toEqual(before);
      const { summary } = settle(input);
      const whole = planViewport({ ...input, summary });
      const after = input.entries.filter(({ position }) => position > (summary?.toPosition ?? 0));
      expect(planViewport({ ...input, entries: after, summary })).toEqual(whole);
    }),
  );
});

test('the window moves in large steps', () => {
  const limits = sampleLimits({ budgetTokens: 8_000, maxCharacters: 1_000_000 });
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1_200 }), { minLength: 60 }), (lengths) => {
      const entries = inOrder(
        lengths.flatMap((length) => [
          { text: 'x'.repeat(length) },
          { type: 'agent_message' as const, text: 'y'.repeat(length) },
        ]),
      );
      let summary: ConversationSummary | null = null;
      let moves = 0;
      let sentTokens = 0;
      for (let count = 1; count <= entries.length; count += 2) {
        const settled = settle({
          entries: entries.slice(0, count),
          summary,
          systemText: '',
          limits,
        });
        moves += settled.steps.length;
        summary = settled.summary;
        sentTokens = settled.plan?.estimatedTokens ?? 0;
      }
      const totalTokens = entries.reduce((sum, { text }) => sum + text.length / 4 + 20, sentTokens);
      expect(moves).toBeLessThanOrEqual(Math.ceil(totalTokens / (0.2 * limits.budgetTokens)));
    }),
    { numRuns: 25 },
  );
});
