import { mkdirSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openRelayFixture } from './testing/relay-fixture.ts';
import { gate, speakerOf, wholeText } from './testing/spoken.ts';

test('what lies in the queue is taken oldest first, then by name', async () => {
  await using relay = await openRelayFixture({ script: () => ({ text: 'Go on.' }) });
  await relay.relay.stop();
  const times = { 'c.json': 1000, 'b.json': 3000, 'a.json': 3000, 'z.json': 2000 };
  for (const [name, seconds] of Object.entries(times)) {
    relay.drop(name, { session_id: name.slice(0, 1), content: `word of ${name}` });
    utimesSync(path.join(relay.root, 'queue', name), seconds, seconds);
  }
  await relay.start();
  await relay.waitFor('exchange.opened', ({ sessionId }) => sessionId === 'b');
  const names = relay.of('envelope.accepted').map(({ payload }) => payload.name);
  expect(names).toEqual(['c.json', 'z.json', 'a.json', 'b.json']);
  await relay.until(() => relay.api.calls.length === 4, 'four calls');
  expect(relay.api.calls.map(speakerOf)).toEqual(['c', 'z', 'a', 'b']);
});

test('calls are serial within a conversation and side by side across them', async () => {
  const gates = { a1: gate(), a2: gate(), b1: gate() };
  const answered = new Set<string>();
  await using relay = await openRelayFixture({
    script: async (call) => {
      const who = speakerOf(call);
      // What holds it back is held here, so that the order of arrival shows.
      await gates[who as keyof typeof gates].closed;
      answered.add(who);
      return { text: `To ${who}.` };
    },
  });
  for (const name of ['a', 'b'])
    mkdirSync(path.join(relay.root, name, '.git'), { recursive: true });
  const say = (id: string, cwd: string) =>
    relay.drop(`${id}.json`, {
      session_id: id,
      content: `I am ${id}`,
      cwd: path.join(relay.root, cwd),
    });
  say('a1', 'a');
  await relay.until(() => relay.api.calls.length === 1, 'the call for a1');
  say('a2', 'a/below');
  say('b1', 'b');
  await relay.until(() => relay.api.calls.length === 2, 'the call for b1');
  expect(relay.api.calls.map(speakerOf)).toEqual(['a1', 'b1']);
  gates.b1.open();
  expect(await relay.take('b1')).toBe('To b1.');
  expect(relay.api.calls).toHaveLength(2);
  gates.a1.open();
  await relay.until(() => relay.api.calls.length === 3, 'the call for a2');
  expect(answered).toContain('a1');
  gates.a2.open();
  expect(await relay.take('a1')).toBe('To a1.');
  expect(await relay.take('a2')).toBe('To a2.');
});

test.each([
  ['project', true, false],
  ['one', true, true],
  ['session', false, false],
])('scope %s: the same git root shares: %s, another: %s', async (scope, sameRoot, otherRoot) => {
  await using relay = await openRelayFixture({
    script: () => ({ text: 'Go on.' }),
    config: `conversation:\n  scope: ${scope}\n`,
  });
  for (const name of ['p', 'q'])
    mkdirSync(path.join(relay.root, name, '.git'), { recursive: true });
  const say = async (id: string, cwd: string) => {
    relay.drop(`${id}.json`, {
      session_id: id,
      content: `I am ${id}.`,
      cwd: path.join(relay.root, cwd),
    });
    await relay.take(id);
  };
  await say('first', 'p/src');
  await say('same', 'p/test');
  await say('other', 'q');
  const [, same, other] = relay.api.calls.map(wholeText);
  expect(same?.includes('I am first.')).toBe(sameRoot);
  expect(other?.includes('I am first.')).toBe(otherRoot);
});

test('a session that is moved knows what its new conversation knows', async () => {
  await using relay = await openRelayFixture({
    script: () => ({ text: 'Go on.' }),
    config: 'conversation:\n  scope: session\n',
  });
  const say = async (id: string, text: string) => {
    relay.drop(`${text}.json`, { session_id: id, content: text });
    await relay.take(id);
  };
  await say('s1', 'one');
  await say('s2', 'two');
  await relay.call('session.move', { sessionId: 's1' as never, conversationId: 's2' as never });
  await say('s1', 'three');
  const text = wholeText(relay.api.calls[2] ?? expect.fail('no third call'));
  expect(text).toContain('two');
  expect(text).not.toContain('one');
});

test('three sessions talk at once and every word reaches its own', async () => {
  await using relay = await openRelayFixture({
    script: (call) => {
      const words = [...call.lastText.matchAll(/word \d+ of (s\d)/g)].at(-1)?.[0];
      return { text: `Heard: ${words}` };
    },
  });
  const rounds = 6;
  async function session(id: string): Promise<string[]> {
    const heard: string[] = [];
    for (let n = 0; n < rounds; n += 1) {
      relay.drop(`${id}-${n}.json`, { session_id: id, content: `word ${n} of ${id}` });
      heard.push(await relay.take(id));
    }
    return heard;
  }
  const ids = ['s1', 's2', 's3'];
  const heard = await Promise.all(ids.map(session));
  for (const [index, id] of ids.entries()) {
    expect(heard[index]).toEqual(
      Array.from({ length: rounds }, (_, n) => `Heard: word ${n} of ${id}`),
    );
  }
  expect(await relay.call('status', {})).toMatchObject({ queued: 0, sessions: 3, inbox: 0 });
});

test('where others spoke since, the supervisor is told whose words it answers', async () => {
  await using relay = await openRelayFixture({ script: () => ({ text: 'Go on.' }) });
  await relay.call('relay.pause', { via: 'cli' });
  relay.drop('a.json', { session_id: 's1', content: 'I am s1.' });
  await relay.waitFor('exchange.opened', ({ sessionId }) => sessionId === 's1');
  relay.drop('b.json', { session_id: 's2', content: 'I am s2.' });
  await relay.waitFor('exchange.opened', ({ sessionId }) => sessionId === 's2');
  // A person types there, which takes back what was said.
  const typed = { hook_event_name: 'UserPromptSubmit', prompt: 'Never mind.' };
  relay.drop('c.json', { session_id: 's2', ...typed });
  await relay.waitFor('session.prompted');
  await relay.call('relay.resume', { via: 'cli' });
  expect(await relay.take('s1')).toBe('Go on.');
  relay.drop('d.json', { session_id: 's1', content: 'It is done.' });
  expect(await relay.take('s1')).toBe('Go on.');
  const [first, second] = relay.api.calls;
  expect(first?.lastText).toMatch(/I am s2\.[\s\S]*Your answer goes to s1\.\n<\/relay>$/);
  expect(second && wholeText(second)).not.toContain('Your answer goes to');
});
