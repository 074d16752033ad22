import fc from 'fast-check';
import { expect, test } from 'vitest';
import { estimateTokens } from './estimate.ts';
import { defaultLimits } from './limits.ts';
import { omittedSummary, summaryRequest, summaryWords, writtenSummary } from './summary.ts';
import {
  anyConversation,
  anyLimits,
  inOrder,
  sampleLimits,
  sampleSummary,
  sampleTurns,
} from './testing/conversation-samples.ts';

const options = { model: 'claude-opus-5-5', maxTokens: 16_000, limits: defaultLimits };

test('the request shows the previous summary, then every entry in order, then the task', () => {
  const entries = inOrder(
    [
      { text: 'All tests pass.' },
      { type: 'agent_message', text: 'Show the output.' },
      { author: 'owner', sessionId: null, via: 'inbox', text: 'Never push on Friday.' },
    ],
    5,
  );
  const request = summaryRequest(entries, sampleSummary(), options);
  expect(request.messages).toHaveLength(1);
  const text = request.messages[0]?.text ?? '';
  const inText = [
    '"Ship on Friday."',
    'All tests pass.',
    'Show the output.',
    'Never push on Friday.',
  ];
  const places = inText.map((part) => text.indexOf(part));
  expect(places.every((place) => place >= 0)).toBe(true);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(text).toMatch(/<supervisor at=".*">\nShow the output\.\n<\/supervisor>/);
  expect(text.trimEnd()).toMatch(/Write the summary of everything above, in at most 2500 words\.$/);
});

test('a summary is written without verdicts, by the model and length that were asked for', () => {
  const request = summaryRequest(inOrder([{}]), null, { ...options, effort: 'low' });
  expect(request).toMatchObject({
    model: 'claude-opus-5-5',
    maxTokens: 16_000,
    effort: 'low',
    verdictTools: false,
  });
  expect(summaryRequest(inOrder([{}]), null, options)).not.toHaveProperty('effort');
});

test('small limits ask for a small summary', () => {
  expect(summaryWords(sampleLimits({ budgetTokens: 20_000 }))).toBe(666);
  expect(summaryWords(sampleLimits({ maxCharacters: 8_000 }))).toBe(80);
});

test('an entry that is too long is cut, so that the request stays within the limits', () => {
  const limits = sampleLimits({ budgetTokens: 10_000, maxCharacters: 40_000 });
  const request = summaryRequest(inOrder([{ text: 'x'.repeat(900_000) }]), null, {
    ...options,
    limits,
  });
  const all = request.system + (request.messages[0]?.text ?? '');
  expect(all.length).toBeLessThanOrEqual(limits.maxCharacters);
  expect(all).toContain('characters are left out here');
});

test('a request for any range stays within the limits', () => {
  fc.assert(
    fc.property(anyConversation, anyLimits, (entries, limits) => {
      // As many entries as must fit however they are cut; ranges of the planner are checked there.
      const request = summaryRequest(entries.slice(0, 8), sampleSummary(), { ...options, limits });
      const all = request.system + (request.messages[0]?.text ?? '');
      expect(all.length).toBeLessThanOrEqual(limits.maxCharacters);
      if (entries.every(({ tokens }) => tokens === 0)) {
        expect(estimateTokens(all)).toBeLessThanOrEqual(limits.budgetTokens);
      }
    }),
    { numRuns: 50 },
  );
});

test('a written summary covers the previous one and the entries', () => {
  const entries = inOrder(sampleTurns(3, 5), 5);
  expect(writtenSummary(entries, sampleSummary({ events: 4 }), '\nAll is well.\n')).toMatchObject({
    fromPosition: 1,
    fromAt: sampleSummary().fromAt,
    toPosition: 10,
    toAt: entries.at(-1)?.at,
    events: 10,
    text: 'All is well.',
  });
  expect(writtenSummary(entries, null, 'x')).toMatchObject({ fromPosition: 5, events: 6 });
});

test('a summary of nothing is a bug', () => {
  expect(() => writtenSummary([], sampleSummary(), 'x')).toThrow();
});

test('where none can be had, the previous one stays and a note says what is left out', () => {
  const omitted = omittedSummary(inOrder(sampleTurns(2, 5), 5), sampleSummary());
  expect(omitted).toMatchObject({ fromPosition: 1, toPosition: 8, events: 8 });
  expect(omitted.text).toBe(
    'Owner\n"Ship on Friday."\n\n(4 events from 2026-11-21T10:07:14Z to 2026-11-21T10:10:14Z are left out here without a summary: none could be made. Ask again for what you need from them.)',
  );
});

test('notes of what is left out become one', () => {
  const once = omittedSummary(inOrder(sampleTurns(2, 5), 5), sampleSummary());
  const twice = omittedSummary(inOrder(sampleTurns(1, 5), 9), once);
  expect(twice.text.match(/left out/g)).toHaveLength(1);
  expect(twice.text).toContain('(6 events from 2026-11-21T10:07:14Z to 2026-11-21T10:12:14Z');
  expect(twice.text).toContain('"Ship on Friday."');
  expect(twice.events).toBe(10);
});
