import { describe, expect, it, vi } from 'vitest';
import type { RelayPort } from '#core/relay-port.ts';
import { type FoundRelay, type LinkState, openLink, type Search } from './relay-link.ts';

function fakeRelay(name: string) {
  let gone = () => {};
  const released = vi.fn(async () => {});
  const port = {
    call: async () => ({ ok: true, value: name }),
    stream: () => () => {},
  } as unknown as RelayPort; // the link only passes calls on
  const relay: FoundRelay = {
    place: 'attached',
    port,
    onGone(listener) {
      gone = listener;
      return () => {};
    },
    release: released,
  };
  return { relay, released, die: () => gone() };
}

describe('the link', () => {
  it('finds a relay, loses it, says so, and finds the next', async () => {
    const [first, second] = [fakeRelay('first'), fakeRelay('second')];
    const results: Search[] = [
      { ok: true, relay: first.relay },
      { ok: false, message: 'The home is taken.' },
      { ok: true, relay: second.relay },
    ];
    const lost: unknown[] = [];
    const search = vi.fn(async (before: unknown) => {
      lost.push(before);
      return results.shift() as Search;
    });
    const link = openLink({ search, waitMs: () => 1 });
    const states: LinkState[] = [];
    link.onChange((state) => states.push(state));
    await vi.waitUntil(() => link.state().kind === 'linked');
    expect(await link.call('status', {})).toEqual({ ok: true, value: 'first' });

    first.die();
    await vi.waitUntil(() => states.length === 4);
    expect(states).toEqual([
      { kind: 'linked', place: 'attached' },
      { kind: 'lost', message: expect.stringContaining('gone') },
      { kind: 'lost', message: 'The home is taken.' },
      { kind: 'linked', place: 'attached' },
    ]);
    expect(lost).toEqual([undefined, 'attached', 'attached']);
    expect(first.released).toHaveBeenCalledOnce();
    expect(await link.call('status', {})).toEqual({ ok: true, value: 'second' });
    await link.stop();
    expect(second.released).toHaveBeenCalledOnce();
  });

  it('answers in a sentence while there is no relay, and ends a stream at once', async () => {
    const link = openLink({
      search: async () => ({ ok: false, message: 'The disk is full.' }),
      waitMs: () => 60_000,
    });
    await vi.waitUntil(() => 'message' in link.state());
    await vi.waitUntil(() => JSON.stringify(link.state()).includes('disk'));
    expect(await link.call('status', {})).toEqual({
      ok: false,
      error: { code: 'unavailable', message: 'The disk is full.' },
    });
    await new Promise<void>((resolve) => link.stream(0, () => {}, resolve));
    const ended = vi.fn();
    link.stream(0, () => {}, ended)();
    await Promise.resolve();
    expect(ended).not.toHaveBeenCalled();
    // It is waiting for a minute, and must not hold up the end.
    await link.stop();
  });

  it('looks at once when it is told to hurry', async () => {
    const search = vi.fn(async (): Promise<Search> => ({ ok: false, message: 'No.' }));
    const link = openLink({ search, waitMs: () => 60_000 });
    await vi.waitUntil(() => search.mock.calls.length === 1);
    await Promise.resolve();
    link.hurry();
    await vi.waitUntil(() => search.mock.calls.length === 2);
    await link.stop();
  });

  it('stops while it searches, and lets go of what is found after that', async () => {
    const late = fakeRelay('late');
    const link = openLink({
      // The search itself is told, and this one comes too late with its answer.
      search: (_lost, stopping) =>
        new Promise((resolve) => {
          stopping.addEventListener('abort', () => resolve({ ok: true, relay: late.relay }));
        }),
    });
    const states: LinkState[] = [];
    link.onChange((state) => states.push(state));
    await link.stop();
    expect(late.released).toHaveBeenCalledOnce();
    expect(states).toEqual([]);
  });
});
