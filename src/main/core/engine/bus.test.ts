import { expect, test } from 'vitest';
import type { RelayEvent } from '#shared/events.ts';
import { createBus } from './bus.ts';
import { pureRelay } from './testing/pure-relay.ts';

function someEvents(): RelayEvent[] {
  const relay = pureRelay();
  relay.says('s1');
  return relay.events;
}

test('one subscriber that throws harms no other and loses no event', () => {
  const errors: unknown[] = [];
  const bus = createBus((error) => errors.push(error));
  const seen: RelayEvent[] = [];
  bus.subscribe(() => {
    throw new Error('mine');
  });
  bus.subscribe((event) => seen.push(event));
  const events = someEvents();
  bus.publish(events);
  expect(seen).toEqual(events);
  expect(errors).toHaveLength(events.length);
});

test('who left hears nothing more, also in the middle of an event', () => {
  const bus = createBus(() => undefined);
  const seen: RelayEvent[] = [];
  const leave = bus.subscribe((event) => {
    seen.push(event);
    leave();
  });
  bus.publish(someEvents());
  expect(seen).toHaveLength(1);
});
