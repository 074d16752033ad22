import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EngineDesk, openDesk } from '../engine/testing/engine-desk.ts';
import { conversation, factsOf, said, session } from '../engine/testing/pure-relay.ts';
import { factIdOf } from './memory-queries.ts';

let desk: EngineDesk;
const place = conversation('default');
const s1 = session('s1');

beforeEach(async () => {
  desk = await openDesk();
  desk.does({ kind: 'acceptEnvelope', sessionId: s1, facts: factsOf(), word: said('Hello.') });
});
afterEach(() => desk[Symbol.dispose]());

function pin(text: string) {
  const about = { conversationId: place, sessionId: null, exchangeId: null };
  const [event] = desk.does({ kind: 'pinFact', ...about, text, by: 'supervisor' });
  return factIdOf(event?.seq ?? 0);
}
const texts = (facts: readonly { text: string; by: string }[]) =>
  facts.map(({ text, by }) => `${by}: ${text}`);

test('facts as they are and as they were at any time before', () => {
  const first = pin('One.');
  const second = pin('Two.');
  const before = desk.store.lastSeq();
  desk.does({
    kind: 'editFact',
    ...{ conversationId: place, factId: first, text: 'One, edited.', by: 'owner' },
  });
  desk.does({ kind: 'unpinFact', conversationId: place, factId: second });
  const now = ['owner: One, edited.'];
  expect(texts(desk.queries.memory.facts(place))).toEqual(now);
  expect(desk.queries.memory.factsBefore(place, desk.store.lastSeq() + 1)).toEqual(
    desk.queries.memory.facts(place),
  );
  expect(texts(desk.queries.memory.factsBefore(place, before + 1))).toEqual([
    'supervisor: One.',
    'supervisor: Two.',
  ]);
  expect(desk.queries.memory.facts(conversation('other'))).toEqual([]);
  desk.store.rebuild();
  expect(texts(desk.queries.memory.facts(place))).toEqual(now);
});

test('a brief as it is, as it was, and taken away', () => {
  const set = (text: string) =>
    desk.does({ kind: 'setBrief', sessionId: s1, exchangeId: null, text, by: 'owner' })[0]?.seq ??
    0;
  const first = set('Goal.');
  const second = set('');
  const { memory } = desk.queries;
  expect(memory.brief(s1)).toBeNull();
  expect(memory.briefBefore(s1, first)).toBeNull();
  expect(memory.briefBefore(s1, second)).toMatchObject({ text: 'Goal.', by: 'owner' });
  expect(memory.briefBefore(s1, second + 1)).toBeNull();
});

test('what a summary covers, page by page, in the order of the conversation', () => {
  desk.does({
    kind: 'importHistory',
    conversationId: place,
    entries: Array.from({ length: 5 }, (_, n) => ({
      role: n % 2 === 0 ? ('user' as const) : ('assistant' as const),
      content: `Word ${n + 1}.`,
    })),
  });
  const found = desk.queries.memory.covered(place, { fromPosition: 2, toPosition: 4, limit: 2 });
  const rows = found.map(({ position, event }) => [position, event.type]);
  expect(rows).toEqual([
    [2, 'agent_message'],
    [3, 'user_message'],
  ]);
  const rest = desk.queries.memory.covered(place, { fromPosition: 4, toPosition: 4, limit: 2 });
  expect(rest.map(({ position }) => position)).toEqual([4]);
});
