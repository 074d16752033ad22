import { describe, expect, test } from 'vitest';
import { type RpcName, rpc, type StreamItem } from '#shared/rpc.ts';
import { createFakeRelay } from './testing/fake-relay.ts';

/** Calls as a stranger would, without the types of the contract. */
function callAnything(fake: ReturnType<typeof createFakeRelay>, name: string, input: unknown) {
  return fake.port.call(name as RpcName, input as never);
}

/** More levels than whoever writes it down again has room for. */
function deepValue(): unknown {
  let deep: unknown = 1;
  for (let level = 0; level < 20_000; level += 1) deep = [deep];
  return deep;
}

describe('input', () => {
  test('found by fuzzing: what is nested beyond all bounds is refused, and calls nobody', async () => {
    const fake = createFakeRelay();
    const entries = [{ role: 'user', content: 'x', meta: { deep: deepValue() } }];
    for (const [name, input] of [
      ['history.import', { entries }],
      ['settings.set', { key: 'prices', value: deepValue() }],
      ['status', deepValue()],
    ] as const) {
      expect(await callAnything(fake, name, input)).toMatchObject({
        error: { code: 'bad-input', message: `${name}: the input is nested too deeply.` },
      });
    }
    expect(fake.calls).toEqual([]);
  });

  const refused: [string, unknown, string][] = [
    [
      'inbox.answer',
      { itemId: 'i1', text: '  ', via: 'cli' },
      'inbox.answer: text must not be empty.',
    ],
    ['inbox.answer', { itemId: 'i1', via: 'cli' }, 'inbox.answer: text must be text.'],
    [
      'inbox.approve',
      { itemId: 'x', via: 'cli' },
      'inbox.approve: itemId does not have the right form.',
    ],
    [
      'relay.pause',
      { via: 'post' },
      'relay.pause: via must be one of inbox, tray, notification, cli, file, ntfy, terminal.',
    ],
    ['events.after', { after: -1 }, 'events.after: after must be at least 0.'],
    ['facts.list', { conversationId: '' }, 'facts.list: conversationId must not be empty.'],
    [
      'session.send',
      { sessionId: '../x', text: 'a', via: 'cli' },
      'session.send: sessionId must be 1 to 128 characters of A-Z a-z 0-9 . _ -.',
    ],
    ['status', null, 'status: the input must be an object.'],
  ];
  test.each(refused)('%s with %j is refused in one sentence', async (name, input, message) => {
    const fake = createFakeRelay();
    expect(await callAnything(fake, name, input)).toEqual({
      ok: false,
      error: { code: 'bad-input', message },
    });
    expect(fake.calls).toEqual([]);
  });

  test('a handler sees the parsed input, defaults filled in', async () => {
    const fake = createFakeRelay();
    await callAnything(fake, 'inbox.answer', { itemId: 'i1', text: ' yes ', via: 'cli', odd: 1 });
    expect(fake.calls).toEqual([
      { name: 'inbox.answer', input: { itemId: 'i1', text: 'yes', direct: false, via: 'cli' } },
    ]);
  });

  test.each(['nope', 'constructor', '__proto__'])('there is no call %s', async (name) => {
    const result = await callAnything(createFakeRelay(), name, {});
    expect(result).toMatchObject({ ok: false, error: { code: 'not-found' } });
  });
});

describe('answers', () => {
  test('a handler that throws becomes a sentence, and is reported', async () => {
    const fake = createFakeRelay();
    fake.answer('status', () => {
      throw new Error('database disk image is malformed');
    });
    expect(await fake.port.call('status', {})).toEqual({
      ok: false,
      error: { code: 'failed', message: 'Relay failed at status. The log says more.' },
    });
    expect(fake.crashes.map(({ name }) => name)).toEqual(['status']);
  });

  test.each(['status', 'inbox.list', 'sessions.list', 'cost.summary', 'snapshot'] as const)(
    'what the fake relay answers to %s keeps the contract',
    async (name) => {
      const fake = createFakeRelay();
      fake.commit('hello');
      const result = await fake.port.call(name, {});
      expect(result.ok && rpc[name].output.parse(result.value)).toEqual(result.ok && result.value);
    },
  );
});

describe('stream', () => {
  function collect(fake: ReturnType<typeof createFakeRelay>, after: number) {
    const seqs: (number | string)[] = [];
    let notify = () => {};
    const stop = fake.port.stream(after, (item: StreamItem) => {
      seqs.push(item.kind === 'event' ? item.event.seq : item.text);
      notify();
    });
    const until = (count: number) =>
      new Promise<void>((resolve) => {
        notify = () => seqs.length >= count && resolve();
        notify();
      });
    return { seqs, stop, until };
  }
  const range = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index);

  test('stored events first, then live ones, without gap or double', async () => {
    const fake = createFakeRelay();
    for (const _ of range(1, 2500)) fake.commit('before');
    const { seqs, until } = collect(fake, 10);
    fake.commit('while pages are being read');
    await until(2491);
    fake.commit('live');
    await until(2492);
    expect(seqs).toEqual(range(11, 2502));
  });

  test('an event that was published but not seen is read from the store', async () => {
    const fake = createFakeRelay();
    const first = fake.commit('one');
    const { seqs, until } = collect(fake, 0);
    await until(1);
    fake.publish({ kind: 'event', event: first });
    fake.publish({ kind: 'event', event: { ...first, seq: 3 } });
    fake.commit('two');
    fake.commit('three');
    await until(3);
    expect(seqs).toEqual([1, 2, 3]);
  });

  test('progress comes in between, and nothing after the end', async () => {
    const fake = createFakeRelay();
    fake.commit('one');
    const { seqs, stop, until } = collect(fake, 0);
    await until(1);
    fake.publish({
      kind: 'progress',
      callId: 'c1' as never,
      exchangeId: 'x1' as never,
      sessionId: null,
      text: 'Yes, bu',
    });
    stop();
    fake.commit('two');
    expect(seqs).toEqual([1, 'Yes, bu']);
    expect(fake.subscriberCount()).toBe(0);
  });

  test('when the store cannot be read the stream ends and says so', async () => {
    const fake = createFakeRelay();
    fake.answer('events.after', { ok: false, error: { code: 'failed', message: 'x' } });
    await new Promise<void>((resolve) => {
      fake.port.stream(0, () => {}, resolve);
    });
    expect(fake.subscriberCount()).toBe(0);
  });
});
