import { expect } from 'vitest';
import type { ExchangeId } from '#shared/ids.ts';
import type { RelayState } from '../state.ts';
import type { EngineDesk } from './engine-desk.ts';

/** Each exchange is opened and closed once, and has one reply on its way at most. */
export function checkExchanges({ published, engine, store }: EngineDesk): void {
  const { state } = engine;
  const opened = new Map<ExchangeId, number>();
  const closed = new Map<ExchangeId, number>();
  const owed = new Map<ExchangeId, number>();
  const ids: string[] = [];
  for (const event of published) {
    const { exchangeId } = event;
    if (event.type === 'exchange.opened' && exchangeId) count(opened, exchangeId, 1);
    if (event.type === 'exchange.closed' && exchangeId) count(closed, exchangeId, 1);
    if (event.type === 'dispatch.queued') {
      ids.push(event.payload.dispatchId);
      if (exchangeId) {
        count(owed, exchangeId, 1);
        expect(closed.has(exchangeId), 'nothing is queued for what is over').toBe(false);
      }
    }
    if (event.type === 'dispatch.withdrawn' && exchangeId) count(owed, exchangeId, -1);
    if (event.type === 'item.opened') ids.push(event.payload.itemId);
    if (event.type === 'call.started') ids.push(event.payload.callId);
    // Not by `expect`: this is looked at thousands of times.
    if (exchangeId && (owed.get(exchangeId) ?? 0) > 1) expect.fail('one dispatch at a time');
  }
  expect(ids).toEqual([...new Set(ids)]);
  for (const times of [...opened.values(), ...closed.values()]) expect(times).toBe(1);
  const open = [...opened.keys()].filter((id) => !closed.has(id));
  expect([...state.exchanges.keys()]).toEqual(open);
  checkBrought(state);
  expect(state.seq).toBe(store.lastSeq());
}

/** None is forgotten: each is at work, or something exists that will bring it on. */
function checkBrought(state: RelayState): void {
  for (const { id, stage, itemId, dispatchId, callId, retryAt } of state.exchanges.values()) {
    const item = itemId ? state.items.get(itemId) : undefined;
    const dispatch = dispatchId ? state.dispatches.get(dispatchId) : undefined;
    const brings = {
      queued: true,
      calling: callId !== null,
      waiting: retryAt !== null,
      tools: true,
      asking: item !== undefined,
      escalated: item !== undefined,
      faulted: item !== undefined,
      drafted: item !== undefined,
      dispatching: dispatch !== undefined,
    };
    expect(brings[stage], `${id} is ${stage} and nothing will bring it on`).toBe(true);
  }
  const sessionsWritten = [...state.dispatches.values()]
    .filter(({ stage }) => stage === 'written')
    .map(({ sessionId }) => sessionId);
  expect(sessionsWritten).toEqual([...new Set(sessionsWritten)]);
}

function count<K>(counts: Map<K, number>, key: K, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
