import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RelayBridge } from '#shared/desktop-bridge.ts';
import type { RelayEvent } from '#shared/events.ts';
import type { StreamItem } from '#shared/rpc.ts';
import { createRelayStore } from './relay-store.ts';
import { startSync } from './sync.ts';

interface Stream {
  after: number;
  send: (item: StreamItem) => void;
  end: () => void;
}

/** A relay that is there or not, and whose streams the test holds in its hand. */
function fakeRelay() {
  const streams: Stream[] = [];
  const relay = { seq: 10, home: '/home', isThere: true, streams };
  const bridge = {
    host: { kind: 'browser' },
    desktop: null,
    openExternal() {},
    async call(name: string) {
      if (!relay.isThere) return { ok: false, error: { code: 'unavailable', message: 'gone' } };
      if (name !== 'snapshot') return { ok: true, value: { events: [], more: false } };
      const { seq, home } = relay;
      return { ok: true, value: { seq, status: { home }, inbox: [], sessions: [], cost: {} } };
    },
    stream(after: number, send: Stream['send'], end: () => void) {
      streams.push({ after, send, end });
      return () => {};
    },
    // As much of a bridge as the sync uses.
  } as unknown as RelayBridge;
  return { relay, bridge, streams };
}

const event = (seq: number): StreamItem => ({
  kind: 'event',
  // Nothing here looks further into it.
  event: { seq, type: 'relay.paused', sessionId: null, exchangeId: null } as RelayEvent,
});

describe('the sync', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('begins where the snapshot ends', async () => {
    const { bridge, streams } = fakeRelay();
    const store = createRelayStore();
    const sync = startSync(bridge, store);
    await vi.advanceTimersByTimeAsync(0);
    expect(store.getState().connection).toBe('live');
    expect(streams.map(({ after }) => after)).toEqual([10]);
    sync.stop();
  });

  it('goes on from the last event it saw when the connection was lost', async () => {
    const { bridge, relay, streams } = fakeRelay();
    const store = createRelayStore();
    const sync = startSync(bridge, store);
    await vi.advanceTimersByTimeAsync(0);
    streams[0]?.send(event(11));
    relay.isThere = false;
    streams[0]?.end();
    expect(store.getState().connection).toBe('lost');
    await vi.advanceTimersByTimeAsync(1000);
    expect(store.getState().problem).toBe('gone');

    Object.assign(relay, { isThere: true, seq: 14 });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(store.getState().connection).toBe('live');
    expect(streams.at(-1)?.after).toBe(11);
    sync.stop();
  });

  it('asks again for what is missing when an event is left out', async () => {
    const { bridge, relay, streams } = fakeRelay();
    const sync = startSync(bridge, createRelayStore());
    await vi.advanceTimersByTimeAsync(0);
    relay.seq = 13;
    streams[0]?.send(event(13));
    await vi.advanceTimersByTimeAsync(1000);
    expect(streams.map(({ after }) => after)).toEqual([10, 10]);
    sync.stop();
  });

  it('starts over when the relay is another one, or far ahead', async () => {
    const { bridge, relay, streams } = fakeRelay();
    const sync = startSync(bridge, createRelayStore());
    await vi.advanceTimersByTimeAsync(0);
    Object.assign(relay, { home: '/other', seq: 3 });
    streams[0]?.end();
    await vi.advanceTimersByTimeAsync(1000);
    expect(streams.at(-1)?.after).toBe(3);
    relay.seq = 900_000;
    streams.at(-1)?.end();
    await vi.advanceTimersByTimeAsync(1000);
    expect(streams.at(-1)?.after).toBe(900_000);
    sync.stop();
  });
});
