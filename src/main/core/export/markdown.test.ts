import { expect, test } from 'vitest';
import type { RelayEvent } from '#shared/events.ts';
import { asMarkdown } from './markdown.ts';

/** An event of session-1 in the conversation `api`, at 2026-03-01 10:00 UTC. */
function event(of: Pick<RelayEvent, 'type' | 'payload'> & { conversationId?: string }): RelayEvent {
  const place = { seq: 1, id: 'e', tsNs: '0', at: 1_772_359_200_000, tokens: 0 };
  const subject = { sessionId: 'session-1', conversationId: 'api', exchangeId: null };
  // Type and payload are given together by each test.
  return { ...place, ...subject, toolUseId: null, ...of } as RelayEvent;
}

const markdown = (...events: RelayEvent[]) => [...asMarkdown(events)].join('');
const said = (text: string, conversationId = 'api') =>
  event({ type: 'user_message', payload: { author: 'session', text, via: null }, conversationId });

test('each thing said has its time and speaker, each conversation its section', () => {
  const answer = event({
    type: 'agent_message',
    payload: { text: 'Yes.', callId: null, model: null },
  });
  expect(markdown(said('Shall I?'), answer, said('Done.', 'docs'))).toBe(
    [
      '# Conversation api\n',
      '## 2026-03-01 10:00:00 UTC, session session-1\n\n```text\nShall I?\n```\n',
      '## 2026-03-01 10:00:00 UTC, supervisor to session session-1\n\n```text\nYes.\n```\n',
      '# Conversation docs\n',
      '## 2026-03-01 10:00:00 UTC, session session-1\n\n```text\nDone.\n```\n\n',
    ].join('\n'),
  );
});

test('what was imported stands under the time when it was said', () => {
  const imported = (sentAt: string) =>
    event({ type: 'user_message', payload: { author: 'session', text: 'Hi', via: null, sentAt } });
  expect(markdown(imported('2025-01-01T08:00:00.000Z'))).toContain(
    '## 2025-01-01 08:00:00 UTC, session session-1\n',
  );
  expect(markdown(imported('long ago'))).toContain('## 2026-03-01 10:00:00 UTC');
});

test('a word of the owner names the session it is for', () => {
  const payload = { author: 'owner', text: 'Stop.', via: 'cli' } as const;
  expect(markdown(event({ type: 'user_message', payload }))).toContain(
    'UTC, owner, for session session-1\n',
  );
  expect(markdown({ ...event({ type: 'user_message', payload }), sessionId: null })).toContain(
    'UTC, owner\n',
  );
});

test('what belongs to no conversation is not called one', () => {
  const instructions = event({ type: 'system_message', payload: { text: 'Be brief.' } });
  const text = markdown({ ...instructions, conversationId: null, sessionId: null });
  expect(text).toMatch(/^# Relay itself\n\n## .* UTC, standing instructions of the supervisor\n/);
});

test('no text can leave its fence', () => {
  const text = markdown(said('```\n# A heading of its own\n````'));
  expect(text).toContain('`````text\n```\n# A heading of its own\n````\n`````\n');
});

test('a conversation named over several lines makes one heading', () => {
  expect(markdown(said('x', 'a\n# b'))).toMatch(/^# Conversation a # b\n/);
});

test('what nobody said is left out', () => {
  expect(markdown(event({ type: 'relay.stopped', payload: {} }))).toBe('');
});
