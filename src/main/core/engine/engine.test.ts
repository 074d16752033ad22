import { describe, expect, test } from 'vitest';
import type { RelayEvent } from '#shared/events.ts';
import type { Command } from './command.ts';
import { projectAll } from './project/index.ts';
import { openDesk } from './testing/engine-desk.ts';
import { factsOf, said, session, typesOf } from './testing/pure-relay.ts';

const accept = (sessionId: string, text = 'x'): Command => ({
  ...{ kind: 'acceptEnvelope', sessionId: session(sessionId), facts: factsOf(), word: said(text) },
});
const pause = { kind: 'pause', via: 'cli' } as const;

test('what execute returns is stored, folded in and published, in order', async () => {
  using desk = await openDesk();
  const events = desk.does(accept('s1'));
  expect(desk.published).toEqual(events);
  expect(desk.store.after(0, 100)).toEqual(events);
  expect(desk.engine.state.seq).toBe(events.at(-1)?.seq);
  expect(desk.engine.state.exchanges.size).toBe(1);
});

test('of several commands one that is refused harms no other', async () => {
  using desk = await openDesk();
  const outcomes = desk.engine.executeAll([
    accept('s1'),
    { kind: 'setMuted', sessionId: session('nobody'), muted: true },
    accept('s2'),
  ]);
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true]);
  expect(desk.engine.state.sessions.size).toBe(2);
});

test('a command of a subscriber runs after the events at hand are published', async () => {
  using desk = await openDesk();
  const seen: RelayEvent[] = [];
  desk.bus.subscribe((event) => {
    if (event.type === 'session.seen') desk.engine.execute(pause);
  });
  desk.bus.subscribe((event) => seen.push(event));
  desk.does(accept('s1'));
  expect(typesOf(seen)).toEqual([
    'session.seen',
    'exchange.opened',
    'envelope.accepted',
    'user_message',
    'relay.paused',
  ]);
  expect(seen.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
});

describe('a commit that fails', () => {
  /** No page more than there are: what SQLite itself answers on a full disk. */
  function fillDisk(desk: Awaited<ReturnType<typeof openDesk>>): void {
    desk.db.pragma('max_page_count = 1');
  }
  const large = 'x'.repeat(1_000_000);

  test('leaves nothing behind, neither stored nor folded in nor published', async () => {
    using desk = await openDesk();
    desk.does(accept('s1'));
    const before = { state: structuredClone(desk.engine.state), seen: desk.published.length };
    fillDisk(desk);
    expect(() => desk.engine.executeAll([accept('s2'), accept('s3', large)])).toThrow(/full/);
    expect(desk.engine.state).toEqual(before.state);
    expect(desk.published).toHaveLength(before.seen);
    desk.db.pragma('max_page_count = 1000000');
    const events = desk.does(accept('s3', large));
    expect(events[0]?.seq).toBe(before.state.seq + 1);
    expect(projectAll(desk.store.all(0))).toEqual(desk.engine.state);
  });

  test('and a store that cannot even be read then: no decision on a state that never was', async () => {
    using desk = await openDesk();
    desk.does(accept('s1'));
    const { store } = desk;
    const { all, transaction } = store;
    store.transaction = (work) =>
      transaction(() => {
        work();
        throw new Error('disk I/O error');
      });
    store.all = () => {
      throw new Error('cannot read either');
    };
    expect(() => desk.engine.execute(accept('s2'))).toThrow('disk I/O error');
    expect(() => desk.engine.execute(pause)).toThrow('cannot read either');
    Object.assign(store, { all, transaction });
    desk.engine.execute(pause);
    expect([...desk.engine.state.sessions.keys()]).toEqual(['s1']);
  });
});

describe('the snapshot', () => {
  test('gives the next engine the same state without reading what it covers', async () => {
    using desk = await openDesk();
    desk.does(accept('s1'));
    desk.engine.saveSnapshot();
    desk.does(accept('s2'));
    const { state } = desk.engine;
    const read: number[] = [];
    const { all } = desk.store;
    desk.store.all = (after) => {
      read.push(after);
      return all(after);
    };
    desk.reopenEngine();
    expect(desk.engine.state).toEqual(state);
    expect(read).toEqual([4]);
  });

  test('of another version is ignored', async () => {
    using desk = await openDesk();
    desk.does(accept('s1'));
    const { state } = desk.engine;
    desk.store.writeSnapshot(999_999, state.seq, '{"nonsense":true}');
    desk.reopenEngine();
    expect(desk.engine.state).toEqual(state);
  });

  test('that cannot be written does not undo what is committed', async () => {
    using desk = await openDesk();
    const write = desk.store.writeSnapshot;
    let tries = 0;
    desk.store.writeSnapshot = () => {
      tries += 1;
      throw new Error('disk full');
    };
    const many = Array.from({ length: 1700 }, (_, n) => accept(`s${n % 7}`));
    expect(desk.engine.executeAll(many).every(({ ok }) => ok)).toBe(true);
    expect(tries).toBe(1);
    desk.store.writeSnapshot = write;
    desk.does(pause);
    const saved = desk.db.prepare('SELECT seq FROM state_snapshot').pluck().get();
    expect(saved).toBe(desk.engine.state.seq);
  });
});
