import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { ItemId } from '#shared/ids.ts';
import { openRelayFixture, type RelayFixture } from './testing/relay-fixture.ts';

const script = () => ({ text: 'Go on.' });
const config = (section: string, key: string, value: number) => `${section}:\n  ${key}: ${value}\n`;

let files = 0;
function say(relay: RelayFixture, id: string, content: string): void {
  files += 1;
  relay.drop(`${files}.json`, { session_id: id, content });
}

function configure(relay: RelayFixture, text: string): void {
  const file = path.join(relay.root, 'config.yaml');
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

const approve = (relay: RelayFixture, itemId: string) =>
  relay.call('inbox.approve', { itemId: itemId as ItemId, via: 'inbox' });

test('the budget of a day holds everything, until the owner allows more', async () => {
  await using relay = await openRelayFixture({
    script,
    config: config('budget', 'perDayUsd', 0.0001),
  });
  say(relay, 's1', 'one');
  await relay.take('s1');
  say(relay, 's1', 'two');
  say(relay, 's2', 'three');
  await relay.waitFor('item.opened');
  const [item] = await relay.call('inbox.list', {});
  expect(item).toMatchObject({ kind: 'fault', code: 'budget-day', sessionId: null });
  const { waiting, queued } = await relay.call('status', {});
  expect(queued).toBe(2);
  expect(waiting[0]).toMatchObject({ reason: item?.summary });
  expect(waiting[0]?.retryAt).toBe(new Date(new Date().setHours(24, 0, 0, 0)).getTime());
  await approve(relay, 'i1');
  await relay.take('s1');
  // What was allowed is spent again by now.
  await relay.waitFor('item.opened', ({ payload }) => payload.itemId === 'i2');
  expect(relay.api.calls).toHaveLength(2);
  await approve(relay, 'i2');
  await relay.take('s2');
});

test('the budget of a day raised in config.yaml goes on by itself', async () => {
  await using relay = await openRelayFixture({
    script,
    config: config('budget', 'perDayUsd', 0.0001),
  });
  say(relay, 's1', 'one');
  await relay.take('s1');
  say(relay, 's1', 'two');
  await relay.waitFor('item.opened');
  configure(relay, config('budget', 'perDayUsd', 5));
  await relay.take('s1');
  expect(await relay.call('inbox.list', {})).toEqual([]);
});

test('the budget of a session holds this session alone; raised, it goes on by itself', async () => {
  await using relay = await openRelayFixture({
    script,
    config: config('budget', 'perSessionUsd', 0.0001),
  });
  say(relay, 's1', 'one');
  await relay.take('s1');
  say(relay, 's1', 'two');
  await relay.waitFor('item.opened', ({ payload }) => payload.code === 'budget-session');
  say(relay, 's2', 'three');
  await relay.take('s2');
  configure(relay, config('budget', 'perSessionUsd', 5));
  await relay.take('s1');
  expect(await relay.call('inbox.list', {})).toEqual([]);
  expect(relay.of('item.settled')[0]?.payload).toMatchObject({ how: 'mended' });
});

test('so many exchanges without the owner ask whether to go on', async () => {
  await using relay = await openRelayFixture({
    script,
    config: config('guards', 'exchangesWithoutOwner', 2),
  });
  for (const text of ['one', 'two']) {
    say(relay, 's1', text);
    await relay.take('s1');
  }
  say(relay, 's1', 'three');
  await relay.waitFor('item.opened', ({ payload }) => payload.code === 'exchanges-without-owner');
  expect(relay.api.calls).toHaveLength(2);
  await approve(relay, 'i1');
  await relay.take('s1');
  say(relay, 's1', 'four');
  await relay.take('s1');
});

test('going in circles holds the answer back; the owner’s word has it thought over', async () => {
  let n = 0;
  await using relay = await openRelayFixture({
    script: (call) => {
      n += 1;
      return { text: /<owner/.test(call.lastText) ? `New ${n}.` : 'Not yet.' };
    },
    config: config('guards', 'pingPongRepeats', 2),
  });
  say(relay, 's1', 'Done?');
  await relay.take('s1');
  say(relay, 's1', 'Done?');
  await relay.waitFor('item.opened', ({ payload }) => payload.code === 'ping-pong');
  expect(relay.of('dispatch.written')).toHaveLength(1);
  const answer = { itemId: 'i1' as ItemId, text: 'Try the other way.', via: 'inbox' } as const;
  await relay.call('inbox.answer', answer);
  expect(await relay.take('s1')).toBe('New 3.');
  expect(readFileSync(path.join(relay.root, 'config.yaml'), 'utf8')).toContain('pingPongRepeats');
});
