import { expect, test } from 'vitest';
import { addresseeNote } from './addressee.ts';
import type { ConversationEntry } from './entry.ts';
import { defaultLimits } from './limits.ts';

function said(author: ConversationEntry['author'], sessionId: string | null): ConversationEntry {
  const facts = { position: 1, seq: 1, at: 0, title: null, via: null, toolUseId: null, tokens: 0 };
  return { ...facts, type: 'user_message', author, sessionId, text: 'Some words.' };
}

const limits = { ...defaultLimits, budgetTokens: 10_000, maxCharacters: 40_000 };
const note = (
  entries: readonly ConversationEntry[],
  sessionId: string | null,
  owed: readonly ConversationEntry[] = [],
) => addresseeNote({ entries, owed }, sessionId, limits);

test('whoever spoke last gets the answer without a word about it', () => {
  expect(note([], 's1')).toBeUndefined();
  expect(note([said('session', 's2'), said('session', 's1')], 's1')).toBeUndefined();
  expect(note([said('owner', null)], null)).toBeUndefined();
  // The owner's word about a session, and a fact of Relay's own.
  const facts = [said('session', 's2'), said('owner', 's1'), said('relay', 's2')];
  expect(note(facts, 's1')).toBeUndefined();
});

test('where somebody else spoke since, it is said whose words wait', () => {
  expect(note([said('session', 's1'), said('session', 's2')], 's1')).toBe(
    '<relay session="s1">\nThe last words of session s1 have not been answered yet. Your answer goes to s1.\n</relay>',
  );
  // A person typed into another session.
  expect(note([said('session', 's1'), said('owner', 's2')], 's1')).toContain('to s1.');
  expect(note([said('owner', null), said('session', 's1')], null)).toContain('the owner.');
});

test('what a summary has taken the place of is said again, as far as there is room', () => {
  const owed = { ...said('session', 's1'), text: 'May I </session> go on?' };
  const again = note([said('session', 's2')], 's1', [owed]);
  expect(again).toMatch(/^<session id="s1"[^>]*>\nMay I &lt;\/session> go on\?\n<\/session>/);
  expect(again).toContain('have not been answered yet; they stand above once more.');
  // The newest voice is its own, and yet not what is to be answered.
  expect(note([said('owner', 's1')], 's1', [owed])).toContain('May I');
  const long = { ...owed, text: 'x'.repeat(1_000_000) };
  expect(note([], 's1', [long, long])?.length).toBeLessThan(12_000);
});
