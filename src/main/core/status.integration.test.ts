import { expect, test } from 'vitest';
import { openRelayFixture } from './testing/relay-fixture.ts';
import { gate } from './testing/spoken.ts';

test('status, inbox and stream answer while a call streams', async () => {
  const held = gate();
  await using relay = await openRelayFixture({
    script: () => ({
      text: 'Half an answer, and the rest.',
      gate: held.closed,
      gateAfterChars: 14,
    }),
  });
  const shown: string[] = [];
  const leave = relay.relay.port.stream(0, (item) => {
    if (item.kind === 'progress') shown.push(item.text);
  });
  relay.drop('a.json', { session_id: 's1', content: 'What now?' });
  await relay.until(() => shown.length > 0, 'the first words');
  // The answer cannot come to its end before the gate opens, so all of this is answered meanwhile.
  const status = await relay.call('status', {});
  expect(status).toMatchObject({ state: 'working', queued: 1, inbox: 0, sessions: 1 });
  const [session] = await relay.call('sessions.list', {});
  expect(session).toMatchObject({ state: 'waiting', detail: 'supervisor is answering' });
  expect((await relay.call('snapshot', {})).seq).toBe(status.seq);
  expect(shown[0]).toBe('Half an answer');
  expect(relay.of('call.finished')).toEqual([]);
  held.open();
  expect(await relay.take('s1')).toBe('Half an answer, and the rest.');
  leave();
  expect(await relay.call('sessions.list', {})).toMatchObject([
    { state: 'working', detail: 'at work', exchanges: 1, lastWords: 'What now?' },
  ]);
});

test('a long backlog is taken in pieces, and status answers in between', async () => {
  await using relay = await openRelayFixture({
    script: () => ({ text: 'Go on.' }),
    config: 'autonomy: off\n',
  });
  await relay.relay.stop();
  const count = 1000;
  for (let n = 0; n < count; n += 1) {
    relay.drop(`${n}.json`, { session_id: `s${n % 5}`, content: `word ${n}` });
  }
  await relay.start();
  const taken = () => relay.of('envelope.accepted').length;
  await relay.until(() => taken() > 0, 'the first piece');
  const { queued } = await relay.call('status', {});
  expect(queued).toBe(0);
  expect(taken()).toBeLessThan(count);
  await relay.until(() => taken() === count, 'all of it');
});
