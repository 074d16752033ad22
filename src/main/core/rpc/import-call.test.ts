import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ConversationId } from '#shared/ids.ts';
import type { HistoryEntry } from '#shared/models.ts';
import { type EngineDesk, openDesk } from '../engine/testing/engine-desk.ts';
import { conversation } from '../engine/testing/pure-relay.ts';
import { importHistory } from './import-call.ts';

let desk: EngineDesk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk[Symbol.dispose]());

function bringIn(entries: HistoryEntry[], conversationId: ConversationId = conversation('c')) {
  const { queries } = desk;
  return importHistory(
    { entries, conversationId },
    { queries, execute: (command) => ({ ok: true, value: desk.does(command) }) },
  );
}
const brought = (imported: number, known: number) => ({ ok: true, value: { imported, known } });

const timed: HistoryEntry[] = [
  { role: 'user', content: 'One.', session_id: 's1', ts: '2025-01-01T00:00:00Z' },
  { role: 'assistant', content: 'Two.', session_id: 's1', ts: 1_700_000_000 },
];

test('whoever was interrupted brings in the whole file again, and nothing is there twice', () => {
  expect(bringIn(timed.slice(0, 1))).toEqual(brought(1, 0));
  expect(bringIn(timed)).toEqual(brought(1, 1));
  expect(bringIn(timed)).toEqual(brought(0, 2));
});

test('what differs in anything, goes elsewhere or tells no time is another word', () => {
  const [first] = timed;
  if (!first) throw new Error('there is one');
  bringIn(timed);
  expect(bringIn(timed, conversation('other'))).toEqual(brought(2, 0));
  for (const change of [
    { content: 'One' },
    { session_id: 's2' },
    { ts: '2025-01-01T00:00:01Z' },
    { role: 'system' as const },
  ]) {
    expect(bringIn([{ ...first, ...change }])).toEqual(brought(1, 0));
  }
  const untimed = { role: 'user' as const, content: 'Three.' };
  expect(bringIn([untimed])).toEqual(brought(1, 0));
  expect(bringIn([untimed])).toEqual(brought(1, 0));
});
