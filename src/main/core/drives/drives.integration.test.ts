import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { MessagesCall } from '#demo/messages-api.ts';
import type { ExchangeId, ItemId, SessionId } from '#shared/ids.ts';
import { openRelayFixture, type RelayFixture } from '../testing/relay-fixture.ts';

// Literals that fit their brands.
const s1 = 's1' as SessionId;
const exchange = (id: string) => id as ExchangeId;
const item = (id: string) => id as ItemId;

const on = 'drives:\n  enabled: true\n';
const learning = `${on}  learn: true\n`;

type Block = { type: string; text?: string; cache_control?: unknown };

/** What stands behind the cache breakpoint of the last message; empty for nothing. */
function asideOf(call: MessagesCall | undefined): string {
  const { content } = call?.body.messages.at(-1) ?? { content: '' };
  const blocks = typeof content === 'string' ? [] : (content as Block[]);
  const end = blocks.findIndex(({ cache_control: mark }) => mark !== undefined);
  return blocks
    .slice(end + 1)
    .map(({ text }) => text ?? '')
    .join('');
}

let files = 0;
async function say(relay: RelayFixture, content: string): Promise<string> {
  files += 1;
  relay.drop(`${String(files).padStart(4, '0')}.json`, { session_id: 's1', content });
  return relay.take('s1');
}
async function breakOff(relay: RelayFixture): Promise<void> {
  files += 1;
  const failures = relay.of('session.failed').length;
  relay.drop(`${String(files).padStart(4, '0')}.json`, {
    ...{ session_id: 's1', hook_event_name: 'StopFailure', error: 'rate_limit' },
    last_assistant_message: 'It broke.',
  });
  await relay.until(() => relay.of('session.failed').length > failures, 'the failure');
}

/** Asks the owner as soon as it is told to ask sooner; as a model would. */
const obedient = (call: MessagesCall) => ({
  text: asideOf(call).includes('Ask the owner sooner')
    ? '[NEEDS-JC] It keeps failing. Shall I stop it?\nProposal: Stop it.'
    : 'Try again.',
});

test('what fails again and again makes the supervisor ask, in words that are kept', async () => {
  await using relay = await openRelayFixture({ script: obedient, config: on });
  expect(await say(relay, 'It failed.')).toBe('Try again.');
  await breakOff(relay);
  expect(await say(relay, 'It failed.')).toBe('Try again.');
  expect(asideOf(relay.api.calls[1])).toContain('Look twice before you go on');
  await breakOff(relay);
  relay.drop('z.json', { session_id: 's1', content: 'It failed once more.' });
  const opened = await relay.waitFor('item.opened');
  expect(opened.payload).toMatchObject({ kind: 'escalation', proposal: 'Stop it.' });

  const sent = asideOf(relay.api.calls[2]);
  expect(sent).toContain('the session broke off with an error; the session said the same thing');
  expect(sent.replaceAll('s1', '')).not.toMatch(/\d/);
  const told = relay.of('drives.told');
  expect(told.map(({ exchangeId }) => exchangeId)).toEqual(['x2', 'x3']);
  expect(told[1]?.payload.text).toBe(sent);
  const receipt = await relay.call('exchange.events', { exchangeId: exchange('x3') });
  expect(receipt.events.map(({ type }) => type)).toContain('drives.told');

  const { drives, told: next } = await relay.call('session.drives', { sessionId: s1 });
  expect(next).toBe(sent);
  const [frustration] = drives;
  expect(frustration).toMatchObject({ name: 'frustration', halfLifeMinutes: 60 });
  expect(frustration?.level).toBeGreaterThan(0.5);
  expect(frustration?.movedBy[0]).toMatchObject({
    words: 'the session broke off with an error',
    does: 'raises',
    seq: relay.of('session.failed').at(-1)?.seq,
  });
  await relay.restart();
  const after = await relay.call('session.drives', { sessionId: s1 });
  expect(after.drives[0]?.movedBy).toEqual(frustration?.movedBy);
  expect(after.drives[0]?.level).toBeCloseTo(frustration?.level ?? 0, 2);

  // The owner's look calms it, and the past stays as it was sent.
  await relay.call('inbox.approve', { itemId: item('i1'), via: 'inbox' });
  await relay.until(() => relay.api.calls.length > 3, 'the next call');
  expect(asideOf(relay.api.calls[3])).not.toContain('Ask the owner sooner');
  await relay.take('s1');
  await relay.call('exchange.replay', { exchangeId: exchange('x2') });
  expect(asideOf(relay.api.calls.at(-1))).toBe(told[0]?.payload.text);
});

test('the cache holds while the words change', async () => {
  await using relay = await openRelayFixture({ script: obedient, config: on });
  await say(relay, `One. ${'Long enough to be cached. '.repeat(800)}`);
  await breakOff(relay);
  await say(relay, 'Two.');
  await breakOff(relay);
  relay.drop('z.json', { session_id: 's1', content: 'Three.' });
  await relay.waitFor('item.opened');
  expect(asideOf(relay.api.calls[1])).not.toBe(asideOf(relay.api.calls[2]));
  const reads = relay.of('call.finished').map(({ payload }) => payload.usage.cacheRead);
  expect(reads[1]).toBeGreaterThan(4000);
  expect(reads[2]).toBeGreaterThan(reads[1] ?? 0);
});

test('off, there is not a byte of difference in what is sent, nor an event', async () => {
  const run = async (config: string) => {
    await using relay = await openRelayFixture({
      ...{ script: (_call, n) => ({ text: `Answer ${n}.` }), instructions: 'Be brief.' },
      ...(config ? { config } : {}),
    });
    for (let n = 0; n < 3; n += 1) {
      await say(relay, 'It failed.');
      await breakOff(relay);
    }
    await say(relay, 'It failed.');
    // Every time is another.
    const bodies = relay.api.calls.map(({ body }) =>
      JSON.stringify(body).replace(/at=\\"[^"]*\\"/g, ''),
    );
    const told = asideOf(relay.api.calls.at(-1));
    return { bodies, told, events: relay.of('drives.told').length };
  };
  const off = await run('');
  const withDrives = await run(on);
  expect(withDrives.events).toBe(3);
  expect(withDrives.told).toContain('<relay>');
  expect(off).toMatchObject({ events: 0, told: '' });
  const block = `,${JSON.stringify({ type: 'text', text: withDrives.told })}`;
  // Only the block is more.
  expect(withDrives.bodies.at(-1)?.replace(block, '')).toBe(off.bodies.at(-1));
  expect(withDrives.bodies[0]).toBe(off.bodies[0]);
});

test('settings take effect while it runs; what they say wrongly is told', async () => {
  await using relay = await openRelayFixture({ script: obedient });
  await say(relay, 'One.');
  await breakOff(relay);
  const off = await relay.call('session.drives', { sessionId: s1 });
  expect(off).toMatchObject({ enabled: false, drives: [], told: '' });
  const file = path.join(relay.root, 'config.yaml');
  const edit = (more: string) => writeFileSync(file, `${readFileSync(file, 'utf8')}\n${more}`);
  writeFileSync(file, '');
  edit(`${on}  weights:\n    frustration.sessionFailed: 0.6\n    frustration.weather: 1\n`);
  const problems = async () => (await relay.call('status', {})).problems.join('\n');
  await expect.poll(problems).toContain('there is no "frustration.weather"');
  // What happened while they were off counts as well.
  const { drives } = await relay.call('session.drives', { sessionId: s1 });
  expect(drives[0]?.level).toBeCloseTo(0.6, 1);
  await relay.call('settings.set', { key: 'drives.enabled', value: false });
  expect(await relay.call('session.drives', { sessionId: s1 })).toMatchObject({ enabled: false });
});

async function scoredAfterFailures(relay: RelayFixture): Promise<void> {
  await breakOff(relay);
  await breakOff(relay);
  await say(relay, 'And now?');
  await relay.call('exchange.score', { exchangeId: exchange('x1'), score: 'wrong' });
}
const weightsOf = async (relay: RelayFixture) => {
  const { weights } = await relay.call('drives.list', {});
  return Object.fromEntries(
    weights.map(({ name, learnt, inForce }) => [name, { learnt, inForce }]),
  );
};

test('a score moves the weights only where the owner allows it', async () => {
  await using relay = await openRelayFixture({ script: () => ({ text: 'Go on.' }), config: on });
  await scoredAfterFailures(relay);
  expect(relay.of('drives.learnt')).toEqual([]);
  expect((await weightsOf(relay))['frustration.sessionFailed']).toEqual({
    learnt: 1,
    inForce: 0.3,
  });
});

test('a score moves the weights a little, in an event; taken back or reset, they stand again', async () => {
  await using relay = await openRelayFixture({
    ...{ script: () => ({ text: 'Go on.' }), config: learning },
  });
  await scoredAfterFailures(relay);
  const learnt = await relay.waitFor('drives.learnt');
  expect(learnt).toMatchObject({ exchangeId: 'x1', sessionId: 's1' });
  expect(learnt.payload).toMatchObject({ of: 'reply', score: 'wrong' });
  const step = learnt.payload.factors['frustration.sessionFailed'] ?? 0;
  expect(step).toBeGreaterThan(1);
  expect(step).toBeLessThan(1.2);
  expect((await weightsOf(relay))['frustration.sessionFailed']).toEqual({
    ...{ learnt: step, inForce: 0.3 * step },
  });
  await relay.restart();
  expect((await weightsOf(relay))['frustration.sessionFailed']?.learnt).toBe(step);

  await relay.call('exchange.score', { exchangeId: exchange('x1'), score: null });
  expect((await weightsOf(relay))['frustration.sessionFailed']?.learnt).toBe(1);
  await relay.call('exchange.score', { exchangeId: exchange('x1'), score: 'wrong' });
  await relay.call('drives.reset', {});
  expect((await weightsOf(relay))['frustration.sessionFailed']?.learnt).toBe(1);
  // What was forgotten is not taken back a second time.
  await relay.call('exchange.score', { exchangeId: exchange('x1'), score: null });
  expect((await weightsOf(relay))['frustration.sessionFailed']?.learnt).toBe(1);
  await relay.call('settings.set', { key: 'drives.learn', value: false });
  await relay.call('exchange.score', { exchangeId: exchange('x1'), score: 'wrong' });
  expect(relay.of('drives.learnt')).toHaveLength(3);
});
