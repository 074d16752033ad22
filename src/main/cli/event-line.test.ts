import { expect, test } from 'vitest';
import type { RelayEvent } from '#shared/events.ts';
import { eventLine } from './event-line.ts';

/** An event of session s1 in exchange x7. */
function event(of: Pick<RelayEvent, 'type' | 'payload'>): RelayEvent {
  const place = { seq: 1, id: 'e', tsNs: '0', at: 1_772_359_200_000, tokens: 0 };
  const subject = { sessionId: 's1', conversationId: 'default', exchangeId: 'x7' };
  // Type and payload are given together by each test.
  return { ...place, ...subject, toolUseId: null, ...of } as RelayEvent;
}

const line = (of: Pick<RelayEvent, 'type' | 'payload'>) => eventLine(event(of), 100).slice(32);

test('the numbers that commands ask for stand in the stream', () => {
  expect(line({ type: 'exchange.opened', payload: { origin: 'envelope', saidKey: 'k' } })).toBe(
    'exchange x7 opened\n',
  );
  expect(line({ type: 'exchange.closed', payload: { how: 'delivered' } })).toBe(
    'exchange x7 closed: delivered\n',
  );
});

test('what a session said cannot move the cursor or fill more than its line', () => {
  const payload = {
    author: 'session',
    text: `\u001b[2J${'a'.repeat(500)}\nforged`,
    via: null,
  } as const;
  const text = line({ type: 'user_message', payload });
  expect(text).not.toContain('\u001b');
  expect(text).not.toContain('forged');
  expect(text).toHaveLength(100 - 32 + 1);
});
