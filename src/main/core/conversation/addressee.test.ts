import { expect, test } from 'vitest';
import { addresseeNote } from './addressee.ts';
import type { ConversationEntry } from './entry.ts';

function said(author: ConversationEntry['author'], sessionId: string | null): ConversationEntry {
  const facts = { position: 1, seq: 1, at: 0, title: null, via: null, toolUseId: null, tokens: 0 };
  return { ...facts, type: 'user_message', author, sessionId, text: 'Some words.' };
}

test('whoever spoke last gets the answer without a word about it', () => {
  expect(addresseeNote([], 's1')).toBeUndefined();
  expect(addresseeNote([said('session', 's2'), said('session', 's1')], 's1')).toBeUndefined();
  expect(addresseeNote([said('owner', null)], null)).toBeUndefined();
  // The owner's word about a session, and a fact of Relay's own.
  const facts = [said('session', 's2'), said('owner', 's1'), said('relay', 's2')];
  expect(addresseeNote(facts, 's1')).toBeUndefined();
});

test('where somebody else spoke since, it is said whose words wait', () => {
  expect(addresseeNote([said('session', 's1'), said('session', 's2')], 's1')).toBe(
    '<relay session="s1">\nThe last words of session s1 have not been answered yet. Your answer goes to s1.\n</relay>',
  );
  // A person typed into another session.
  expect(addresseeNote([said('session', 's1'), said('owner', 's2')], 's1')).toContain('to s1.');
  expect(addresseeNote([said('owner', null), said('session', 's1')], null)).toContain('the owner.');
});
