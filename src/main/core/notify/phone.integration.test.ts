import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openRelayFixture, type RelayFixture } from '#core/testing/relay-fixture.ts';
import { type Logger, silentLogger } from '../settings/logs.ts';
import { newNtfyTopic, replyTopicOf } from '../settings/ntfy-topic.ts';
import { listenToTopic } from './ntfy-listener.ts';
import { type NtfyServer, startNtfyServer } from './testing/ntfy-server.ts';

/** A relay, an ntfy server on loopback, and the phone of an owner who is out. */

const topic = newNtfyTopic();
const replies = replyTopicOf(topic);
let ntfy: NtfyServer;
let relay: RelayFixture | undefined;

beforeEach(async () => {
  ntfy = await startNtfyServer();
});
afterEach(async () => {
  await relay?.[Symbol.asyncDispose]();
  relay = undefined;
  await ntfy.close();
});

async function open(config = ''): Promise<RelayFixture> {
  const escalation = { question: 'Drop the table?', proposal: 'No.', reasoning: 'It is used.' };
  relay = await openRelayFixture({
    script: ({ lastText }) => {
      if (lastText.includes('<owner')) return { text: `Heard: ${wordsOf(lastText)}` };
      if (lastText.includes('easy')) return { text: 'Go on.' };
      return { tool: 'escalate', input: escalation };
    },
    config,
    env: {
      RELAY_NTFY_ENABLED: 'true',
      RELAY_NTFY_SERVER: `${ntfy.url}/`,
      RELAY_NTFY_TOPIC: topic,
    },
  });
  // Whoever writes before that may be too early: a phone's word from before Relay is not for it.
  if (!config.includes('replies: false')) await listening(1);
  return relay;
}

const wordsOf = (text: string) =>
  text
    .slice(text.lastIndexOf('<owner'))
    .replace(/<[^>]*>/g, '')
    .trim();
const listening = (times: number) =>
  vi.waitUntil(() => ntfy.listens.length >= times, { timeout: 10_000 });
const asks = (id: string) => relay?.drop(`${id}.json`, { session_id: id, content: 'What now?' });
const titled = (id: string) => (one: { title: string }) => one.title.includes(id);
const nothingShown = () => vi.waitUntil(() => ntfy.shown(topic).length === 0, { timeout: 10_000 });

async function taken(world: RelayFixture, nth: number) {
  await vi.waitUntil(() => words(world).length >= nth, { timeout: 10_000 });
  return words(world)[nth - 1];
}
const words = ({ events }: RelayFixture) =>
  events.flatMap((event) => (event.type === 'phone_word.taken' ? [event.payload] : []));

describe('a button', () => {
  test('approves its item, once, and clears it everywhere', async () => {
    const world = await open();
    asks('s-1');
    const { buttons, id } = await ntfy.waitFor(topic);
    expect(id).toBe('i1');
    expect(buttons.map(({ label }) => label)).toEqual(['Approve', 'Dismiss']);
    const [approve, dismiss] = buttons;
    if (!approve || !dismiss) throw new Error('the buttons are missing');
    expect(approve.url).toBe(`${ntfy.url}/${replies}`);
    await ntfy.tap(approve);
    expect(await world.take('s-1')).toBe('Heard: Approved. Do as you proposed: No.');
    await nothingShown();
    const settled = world.events.filter(({ type }) => type === 'item.settled');
    expect(settled).toMatchObject([{ payload: { how: 'approved', via: 'ntfy' } }]);

    await ntfy.tap(approve);
    await ntfy.tap(dismiss);
    expect((await taken(world, 3))?.refusal).toContain('i1');
    expect(world.events.filter(({ type }) => type === 'item.settled')).toHaveLength(1);
  });

  test('is good for its own item and its own act only', async () => {
    const world = await open();
    asks('s-1');
    asks('s-2');
    const one = await ntfy.waitFor(topic, ({ id }) => id === 'i1');
    const two = await ntfy.waitFor(topic, ({ id }) => id === 'i2');
    const [approve] = one.buttons;
    if (!approve) throw new Error('the button is missing');
    const { url, method, body } = approve;
    for (const forged of [
      body.replace('i1', 'i2'),
      body.replace('approve', 'dismiss'),
      `${body.slice(0, -1)}${body.endsWith('A') ? 'B' : 'A'}`,
      'relay:approve:i1:',
      `relay:approve:i1:${'x'.repeat(22)}`,
      'relay:approve:i1',
    ])
      await ntfy.tap({ url, method, body: forged });
    expect((await taken(world, 6))?.refusal).not.toBeNull();
    expect(await world.call('inbox.list', {})).toHaveLength(2);
    const dismiss = two.buttons[1];
    if (dismiss) await ntfy.tap(dismiss);
    await world.waitFor('item.settled', ({ payload }) => payload.itemId === 'i2');
    expect(await world.call('inbox.list', {})).toMatchObject([{ id: 'i1' }]);
  });

  test('sends a draft', async () => {
    const world = await open('autonomy: draft\n');
    world.drop('a.json', { session_id: 's-1', content: 'An easy one.' });
    const { buttons } = await ntfy.waitFor(topic);
    expect(buttons.map(({ label }) => label)).toEqual(['Send it', 'Drop it']);
    if (buttons[0]) await ntfy.tap(buttons[0]);
    expect(await world.take('s-1')).toBe('Go on.');
  });

  test('is not offered, and nothing is heard, where replies are off', async () => {
    const world = await open('ntfy:\n  replies: false\n');
    asks('s-1');
    expect((await ntfy.waitFor(topic)).buttons).toEqual([]);
    expect(ntfy.listens).toEqual([]);
    await world.call('settings.set', { key: 'ntfy.replies', value: true });
    await listening(1);
  });
});

describe('a typed answer', () => {
  test('goes to the oldest question, or to the one it names', async () => {
    const world = await open();
    asks('s-1');
    await ntfy.waitFor(topic, titled('s-1'));
    asks('s-2');
    await ntfy.waitFor(topic, titled('s-2'));
    await ntfy.write(replies, 'I2: Keep it.\nAll of it. 😀');
    expect(await world.take('s-2')).toBe('Heard: Keep it.\nAll of it. 😀');
    await ntfy.write(replies, ' Drop it. ');
    expect(await world.take('s-1')).toBe('Heard: Drop it.');
    await nothingShown();
  });

  test('goes straight to a session that it names', async () => {
    const world = await open();
    asks('s-1');
    await ntfy.waitFor(topic);
    await ntfy.write(replies, '@s-1: Stop it.');
    expect(await world.take('s-1')).toBe('Stop it.');
    await nothingShown();
  });

  test('is sent instead of a draft, which settles it; of anything else the owner is told', async () => {
    const world = await open('autonomy: draft\n');
    world.drop('a.json', { session_id: 's-1', content: 'An easy one.' });
    await ntfy.waitFor(topic);
    await ntfy.write(replies, 'Send I1: Run the tests: all of them.\nThen stop. 😀');
    expect(await world.take('s-1')).toBe('Run the tests: all of them.\nThen stop. 😀');
    const { payload } = await world.waitFor('draft.edited');
    expect(payload).toMatchObject({ itemId: 'i1', before: 'Go on.' });
    expect(await world.call('inbox.list', {})).toEqual([]);
    await nothingShown();

    asks('s-2');
    await ntfy.waitFor(topic, titled('s-2'));
    await ntfy.write(replies, 'send i2: Now.');
    const told = await ntfy.waitFor(topic, ({ title }) => title === 'Your answer was not used');
    expect(told.body).toContain('i2 is no draft');
    expect(await world.call('inbox.list', {})).toMatchObject([{ id: 'i2' }]);
  });

  test('to what is settled has no effect, and the owner is told so', async () => {
    const world = await open();
    asks('s-1');
    await ntfy.waitFor(topic);
    await world.call('inbox.dismiss', {
      itemId: (await world.waitFor('item.opened')).payload.itemId,
      via: 'cli',
    });
    await nothingShown();
    await ntfy.write(replies, 'i1: Too late.');
    const told = await ntfy.waitFor(topic);
    expect(told).toMatchObject({ title: 'Your answer was not used', buttons: [] });
    expect(told.body).toContain('i1');
  });

  test('that was given while the relay was away is taken once', async () => {
    const world = await open();
    asks('s-1');
    await ntfy.waitFor(topic);
    await ntfy.write(replies, 'i9: A word before.');
    await taken(world, 1);
    await world.relay.stop();
    await ntfy.write(replies, 'Go ahead.');
    await world.start();
    expect(await world.take('s-1')).toBe('Heard: Go ahead.');
    await world.restart();
    await listening(3);
    asks('s-2');
    await ntfy.waitFor(topic, titled('s-2'));
    expect(words(world)).toHaveLength(2);
    expect(await world.call('inbox.list', {})).toHaveLength(1);
  });

  test('comes through a connection that breaks', async () => {
    const world = await open();
    asks('s-1');
    await ntfy.waitFor(topic);
    ntfy.cut();
    await ntfy.write(replies, 'Go ahead.');
    expect(await world.take('s-1')).toBe('Heard: Go ahead.');
  });
});

test('a reminder takes the place of the notification before it', async () => {
  await open('escalation:\n  reminderMinutes: 0.005\n');
  asks('s-1');
  await ntfy.waitFor(topic, ({ title }) => title.startsWith('Still waiting'));
  expect(ntfy.shown(topic)).toHaveLength(1);
  expect(ntfy.posts.length).toBeGreaterThan(1);
  expect(ntfy.shown(topic)[0]?.buttons).toHaveLength(2);
});

describe('the listener', () => {
  async function heard(options: { cutAt?: number; mute?: boolean; url?: string }) {
    const texts: string[] = [];
    const said: unknown[] = [];
    const log: Logger = {
      ...silentLogger,
      debug: (...told) => said.push(...told),
      warn: (...told) => said.push(...told),
    };
    const abort = new AbortController();
    const over = listenToTopic(
      {
        ...{ server: options.url ?? ntfy.url, topic: replies, log, openMs: 100, waitsMs: [5] },
        sinceSeconds: () => 0,
        onMessage: ({ text }) => texts.push(text),
      },
      abort.signal,
    );
    const stop = async () => {
      abort.abort();
      await over;
    };
    return { texts, said, stop };
  }

  test('polls where a proxy holds the stream back', async () => {
    ntfy.cut({ mute: true });
    const { texts, stop } = await heard({});
    await listening(1);
    await ntfy.write(replies, 'Hello');
    await vi.waitUntil(() => texts.includes('Hello'), { timeout: 5_000 });
    expect(ntfy.listens.some((url) => url.includes('poll=1'))).toBe(true);
    await stop();
  });

  test('goes on trying where nobody answers, and tells nobody the topic', async () => {
    const { said, stop } = await heard({ url: 'http://127.0.0.1:1' });
    await vi.waitUntil(() => said.length > 4, { timeout: 5_000 });
    await stop();
    expect(JSON.stringify(said)).not.toContain(replies);
  });
});
