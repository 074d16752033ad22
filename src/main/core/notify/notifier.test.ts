import { expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { type PureRelay, pureRelay, session, typesOf } from '../engine/testing/pure-relay.ts';
import { createNotifier, type OwnerMessage } from './notifier.ts';

function world(send?: (message: OwnerMessage) => Promise<string | undefined>) {
  const relay = pureRelay();
  const told: OwnerMessage[] = [];
  const gone: string[] = [];
  const options = { isEnabled: true, reminderMs: 0, storeFails: false };
  const engine = {
    get state() {
      return relay.state;
    },
    execute: (command: Parameters<PureRelay['does']>[0]) => {
      if (options.storeFails) throw new Error('disk full');
      return { ok: true, events: relay.does(command) };
    },
    // The notifier uses no more of it.
  } as Pick<Engine, 'state' | 'execute'> as Engine;
  const open = () =>
    createNotifier({
      ...{ engine, channel: 'ntfy', now: () => relay.now },
      isEnabled: () => options.isEnabled,
      reminderMs: () => options.reminderMs,
      takeBack: async (itemId) => {
        gone.push(itemId);
      },
      send: (message) => {
        told.push(message);
        return send ? send(message) : Promise.resolve(undefined);
      },
    });
  return { relay, told, gone, options, open, notifier: open() };
}

function asks(relay: PureRelay, id: string, title: string | null = null): void {
  relay.answers(relay.says(id, `I am ${id}`, { title }), {
    ...{ kind: 'escalate', question: 'Drop it?', proposal: 'No.', reasoning: '' },
  });
}

/** Everything that hangs on promises already settled. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

test('an item is told once: who, what, and the proposal', async () => {
  const { relay, told, notifier } = world();
  asks(relay, 's1', 'api-server');
  notifier.run();
  notifier.run();
  await settle();
  notifier.run();
  expect(told).toEqual([
    {
      ...{ itemId: 'i1', kind: 'escalation', isUrgent: true },
      ...{ title: 'api-server', body: 'Drop it?\nProposal: No.' },
    },
  ]);
  expect(typesOf(relay.events)).toContain('notification.sent');
});

test('what is settled is taken back once, also what an earlier run has told', async () => {
  const { relay, gone, notifier, open } = world();
  asks(relay, 's1');
  notifier.run();
  const { id: itemId } = relay.onlyItem();
  relay.does({ kind: 'dismissItem', itemId, via: 'cli' });
  notifier.run();
  expect(gone).toEqual([]); // it is still being sent
  await settle();
  notifier.run();
  notifier.run();
  expect(gone).toEqual(['i1']);

  asks(relay, 's2');
  notifier.run();
  await settle();
  const next = open();
  next.run();
  relay.does({ kind: 'dismissItem', itemId: relay.onlyItem().id, via: 'cli' });
  next.run();
  expect(gone).toEqual(['i1', 'i2']);
});

test('after a restart what was told is not told again, what was not is', async () => {
  const { relay, told, notifier, open } = world();
  asks(relay, 's1');
  notifier.run();
  await settle();
  asks(relay, 's2');
  open().run();
  await settle();
  expect(told.map(({ title }) => title)).toEqual(['s1', 's2']);
});

test('what did not get through is recorded, and not tried at every look', async () => {
  const { relay, told, notifier } = world(() => Promise.resolve('The phone is off.'));
  asks(relay, 's1');
  notifier.run();
  await settle();
  notifier.run();
  expect(told).toHaveLength(1);
  expect(relay.events.at(-1)).toMatchObject({
    type: 'notification.failed',
    payload: { reason: 'The phone is off.' },
  });
});

test('a store that cannot be written makes nobody’s phone ring again and again', async () => {
  const { relay, told, options, notifier } = world();
  asks(relay, 's1');
  options.storeFails = true;
  for (let n = 0; n < 5; n += 1) {
    notifier.run();
    await settle();
  }
  expect(told).toHaveLength(1);
});

test('what waits long is told again, each time it has waited as long', async () => {
  const { relay, told, options, notifier } = world();
  options.reminderMs = 1000;
  asks(relay, 's1');
  for (let n = 0; n < 5; n += 1) {
    notifier.run();
    await settle();
    relay.now += 500;
  }
  expect(told.map(({ title }) => title)).toEqual(['s1', 'Still waiting: s1', 'Still waiting: s1']);
  relay.does({ kind: 'dismissItem', itemId: told[0]?.itemId ?? expect.fail(), via: 'inbox' });
  relay.now += 5000;
  notifier.run();
  expect(told).toHaveLength(3);
});

test('nothing of a muted session, and nothing at all while switched off', async () => {
  const { relay, told, options, notifier } = world();
  asks(relay, 's1');
  relay.does({ kind: 'setMuted', sessionId: session('s1'), muted: true });
  notifier.run();
  options.isEnabled = false;
  asks(relay, 's2');
  notifier.run();
  await settle();
  expect(told).toEqual([]);
  options.isEnabled = true;
  notifier.run();
  expect(told.map(({ title }) => title)).toEqual(['s2']);
});
