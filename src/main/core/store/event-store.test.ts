import { describe, expect, test } from 'vitest';
import { type EngineDesk, openDesk, tableRows } from '../engine/testing/engine-desk.ts';
import { conversation, dispatch, factsOf, said, session } from '../engine/testing/pure-relay.ts';
import { createEventStore } from './event-store.ts';
import { readModelTables } from './read-models.ts';

function says(desk: EngineDesk, sessionId: string, text: string, title: string | null = null) {
  const facts = factsOf({ title, envelopeId: `id ${text}` });
  desk.does({ kind: 'acceptEnvelope', sessionId: session(sessionId), facts, word: said(text) });
}

test('events come back as they went in, whatever is in them', async () => {
  using desk = await openDesk();
  const odd = 'nul \u0000, half \ud800, 🟢, "quotes" and \\backslash\n';
  desk.does({ kind: 'recordInstructions', text: odd });
  desk.does({
    kind: 'acceptEnvelope',
    sessionId: session('s1'),
    facts: factsOf({ meta: JSON.parse('{"__proto__":{"a":1},"n":1e300,"deep":[[{}]]}') }),
    word: said(odd),
  });
  expect(desk.store.after(0, 100)).toEqual(desk.published);
  for (const event of desk.published) expect(desk.store.event(event.seq)).toEqual(event);
  expect(desk.store.event(99)).toBeUndefined();
});

test('times rise strictly, also when the clock is set back', async () => {
  using desk = await openDesk();
  for (let n = 0; n < 50; n += 1) says(desk, 's1', `${n}`);
  desk.db
    .prepare('UPDATE events SET ts_ns = ts_ns + 3600000000000 WHERE seq = ?')
    .run(desk.store.lastSeq());
  const later = createEventStore(desk.db);
  later.transaction(() => later.append([{ type: 'relay.stopped', payload: {} }]));
  const times = [...later.all(0)].map(({ tsNs }) => BigInt(tsNs));
  for (const [index, time] of times.entries()) {
    if (index > 0) expect(time > (times[index - 1] ?? 0n)).toBe(true);
  }
});

test('a transaction that fails takes back its numbers', async () => {
  using desk = await openDesk();
  says(desk, 's1', 'one');
  const { store } = desk;
  const before = store.lastSeq();
  expect(() =>
    store.transaction(() => {
      store.append([{ type: 'relay.stopped', payload: {} }]);
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(store.lastSeq()).toBe(before);
  const [event] = store.transaction(() => store.append([{ type: 'relay.stopped', payload: {} }]));
  expect(event?.seq).toBe(before + 1);
});

describe('pages', () => {
  test('give the newest first in time, oldest first within, without gap or double', async () => {
    using desk = await openDesk();
    for (let n = 0; n < 20; n += 1) says(desk, `s${n % 2}`, `${n}`);
    const all = [...desk.store.all(0)].filter(({ sessionId }) => sessionId === 's1');
    const found = [];
    let before: number | undefined;
    for (let more = true; more; ) {
      const page = desk.store.page({ sessionId: session('s1'), before, limit: 7 });
      expect(page.events.length).toBeLessThanOrEqual(7);
      found.unshift(...page.events);
      before = page.events[0]?.seq;
      more = page.more;
    }
    expect(found).toEqual(all);
  });

  test('are short where the events are large, and lose none', async () => {
    using desk = await openDesk();
    for (let n = 0; n < 8; n += 1) {
      // Not in the words: those are indexed, which takes longer than all of this.
      const facts = factsOf({ envelopeId: `${n}`, meta: { pad: 'x'.repeat(6_000_000) } });
      const sessionId = session(`s${n % 2}`);
      desk.does({ kind: 'acceptEnvelope', sessionId, facts, word: said(`${n}`) });
    }
    desk.does({ kind: 'pause', via: 'cli' });
    const seqs: number[] = [];
    for (let after = 0; ; ) {
      const events = desk.store.after(after, 1000);
      const characters = events.reduce((sum, event) => sum + JSON.stringify(event).length, 0);
      expect(characters).toBeLessThan(32 * 1024 * 1024);
      seqs.push(...events.map(({ seq }) => seq));
      after = events.at(-1)?.seq ?? 0;
      if (events.length === 0) break;
    }
    expect(seqs).toEqual(desk.published.map(({ seq }) => seq));

    const whole = { sessionId: session('s1'), conversationId: conversation('default') };
    const wanted = desk.published.filter(
      ({ sessionId, conversationId }) =>
        sessionId === 's1' || (sessionId === null && conversationId === 'default'),
    );
    const paged: number[] = [];
    let before: number | undefined;
    let pages = 0;
    for (let more = true; more; pages += 1) {
      const page = desk.store.page({ ...whole, before, limit: 1000 });
      paged.unshift(...page.events.map(({ seq }) => seq));
      before = page.events[0]?.seq;
      more = page.more;
    }
    expect(pages).toBeGreaterThan(1);
    expect(paged).toEqual(wanted.map(({ seq }) => seq));
  });

  test('of a conversation and of everything', async () => {
    using desk = await openDesk();
    says(desk, 's1', 'one');
    desk.does({ kind: 'pause', via: 'cli' });
    const own = desk.store.page({ conversationId: conversation('default'), limit: 100 });
    expect(own.events.every(({ conversationId }) => conversationId === 'default')).toBe(true);
    expect(desk.store.page({ limit: 100 }).events).toEqual(desk.published);
  });
});

test('read models that are rebuilt are those that were kept', async () => {
  using desk = await openDesk({ autonomy: 'draft' });
  says(desk, 's1', 'one', 'first title');
  says(desk, 's1', 'two', 'second title');
  desk.does({ kind: 'rejectEnvelope', name: 'a', keptAs: 'a', reason: 'r' });
  desk.does({ kind: 'sendDirect', sessionId: session('s1'), text: 'x', via: 'cli' });
  desk.does({ kind: 'markClaimed', dispatchId: dispatch('d1') });
  const kept = tableRows(desk.db, readModelTables);
  expect(kept.entries).toMatchObject([
    { title: 'first title' },
    { title: 'second title' },
    { title: 'second title' },
  ]);
  for (const table of readModelTables) desk.db.exec(`DELETE FROM ${table}`);
  desk.store.rebuild();
  expect(tableRows(desk.db, readModelTables)).toEqual(kept);
});
