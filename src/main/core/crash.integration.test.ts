import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FaultPoint } from './fault-point.ts';
import { type CrashingRelay, openCrashingRelay } from './testing/crashing-relay.ts';
import { gate, speakerOf } from './testing/spoken.ts';

/** A relay that is killed at any point and started again has finished everything once. */

const said = (id: string, content = `I am ${id}.`) => ({ session_id: id, content });

/** Nothing is left over and nothing was done twice, by the store itself. */
async function expectFinishedOnce(relay: CrashingRelay, { calls }: { calls: number }) {
  const areClosed = () => relay.of('exchange.opened').length === relay.of('exchange.closed').length;
  // The last of them may still be on its way from the relay to here.
  await relay.until(areClosed, 'the end of every exchange');
  const queued = relay.of('dispatch.queued').map(({ payload }) => payload.dispatchId);
  const claimed = relay.of('dispatch.claimed').map(({ payload }) => payload.dispatchId);
  const written = relay.of('dispatch.written').map(({ payload }) => payload.dispatchId);
  expect(claimed).toEqual(queued);
  expect(written).toEqual(queued);
  expect(relay.api.calls).toHaveLength(calls);
  const queue = readdirSync(path.join(relay.root, 'queue'));
  expect(queue).toEqual(['.rejected']);
}

test('killed while a call is under way, it is made once more', async () => {
  const never = new Promise(() => {});
  await using relay = await openCrashingRelay((_call, n) =>
    n === 1 ? { text: 'lost', gate: never, gateAfterChars: 2 } : { text: 'Go on.' },
  );
  relay.start();
  relay.drop('a.json', said('s1'));
  await relay.until(() => relay.api.calls.length === 1, 'the call');
  await relay.kill();
  relay.start();
  expect(await relay.take('s1')).toBe('Go on.');
  await expectFinishedOnce(relay, { calls: 2 });
  expect(relay.of('dispatch.queued')).toHaveLength(1);
});

describe('killed at any step of intake and dispatch', () => {
  test.each<FaultPoint>([
    'store.committing',
    'intake.committed',
    'dispatch.staged',
    'dispatch.committed',
    'dispatch.published',
  ])('%s', async (point) => {
    await using relay = await openCrashingRelay(() => ({ text: 'Go on.' }));
    if (point === 'store.committing') {
      // The very first commit would be that of its start.
      relay.start();
      await relay.until(() => relay.of('relay.started').length === 1, 'the start');
      await relay.stop();
    }
    relay.drop('a.json', said('s1'));
    relay.start(point);
    await relay.died();
    relay.start();
    expect(await relay.take('s1')).toBe('Go on.');
    expect(existsSync(relay.inputFile('s1'))).toBe(false);
    // Whatever were still to come a second time would come before this.
    relay.drop('b.json', said('s2'));
    expect(await relay.take('s2')).toBe('Go on.');
    expect(existsSync(relay.inputFile('s1'))).toBe(false);
    await expectFinishedOnce(relay, { calls: 2 });
    expect(relay.of('envelope.accepted')).toHaveLength(2);
  });

  test('taken by the session while no relay ran', async () => {
    await using relay = await openCrashingRelay(() => ({ text: 'Go on.' }));
    relay.drop('a.json', said('s1'));
    relay.start('dispatch.published');
    await relay.died();
    expect(existsSync(relay.inputFile('s1'))).toBe(true);
    rmSync(relay.inputFile('s1'));
    relay.start();
    await relay.until(() => relay.of('exchange.closed').length === 1, 'the end of the exchange');
    await expectFinishedOnce(relay, { calls: 1 });
  });
});

describe('killed over a release, the session is released once', () => {
  test.each<FaultPoint>(['release.staged', 'release.committed', 'release.published'])(
    '%s',
    async (point) => {
      await using relay = await openCrashingRelay((call) =>
        speakerOf(call) === 's1'
          ? { tool: 'finish', input: { reason: 'All is done.' } }
          : { text: 'Go on.' },
      );
      const release = path.join(relay.root, 'dispatch', 's1', 'release');
      relay.drop('a.json', said('s1'));
      relay.start(point);
      await relay.died();
      // The session is quicker than the next relay.
      const wasReleased = existsSync(release);
      expect(wasReleased).toBe(point === 'release.published');
      rmSync(release, { force: true });
      relay.start();
      if (!wasReleased) await relay.until(() => existsSync(release), 'the release');
      rmSync(release, { force: true });
      // A second one would have come by then, and s1 would not wait for its next reply.
      relay.drop('b.json', said('s2'));
      expect(await relay.take('s2')).toBe('Go on.');
      expect(existsSync(release)).toBe(false);
      expect(relay.of('session.release_written')).toHaveLength(1);
    },
  );
});

test('killed while the owner is asked, the question stands and is asked once', async () => {
  await using relay = await openCrashingRelay((call) =>
    /<owner/.test(call.lastText)
      ? { text: 'By the owner.' }
      : { text: `[NEEDS-JC] May ${speakerOf(call)} go on?` },
  );
  relay.start();
  relay.drop('a.json', said('s1'));
  await relay.until(() => relay.of('item.opened').length === 1, 'the question');
  await relay.kill();
  relay.start();
  await relay.until(() => relay.of('relay.started').length === 2, 'the second start');
  relay.ownerFile('Yes.');
  expect(await relay.take('s1')).toBe('By the owner.');
  expect(relay.of('item.opened')).toHaveLength(1);
  await expectFinishedOnce(relay, { calls: 2 });
});

test('killed over the owner’s word by file, it is heard once', async () => {
  await using relay = await openCrashingRelay(() => ({ text: 'Go on.' }));
  relay.ownerFile('@s1: Begin.');
  relay.start('owner-input.committed');
  await relay.died();
  relay.start();
  expect(await relay.take('s1')).toBe('Begin.');
  expect(relay.of('owner_input.taken')).toHaveLength(1);
  expect(relay.of('dispatch.queued')).toHaveLength(1);
});

test('killed again and again in the middle of ten exchanges, each is finished once', async () => {
  const gates = Array.from({ length: 64 }, gate);
  await using relay = await openCrashingRelay((call, n) => {
    const words = [...call.lastText.matchAll(/word of (s\d)/g)].at(-1)?.[1] ?? '';
    return { text: `To ${words}.`, gate: gates[n - 1]?.closed ?? Promise.resolve() };
  });
  const ids = Array.from({ length: 10 }, (_, n) => `s${n}`);
  for (const id of ids) relay.drop(`${id}.json`, said(id, `word of ${id}`));
  let kills = 0;
  for (let n = 0; n < 3; n += 1) {
    relay.start();
    const before = relay.api.calls.length;
    // One answer comes through, the next call is cut.
    await relay.until(() => relay.api.calls.length === before + 1, 'a call');
    gates[before]?.open();
    await relay.until(() => relay.api.calls.length === before + 2, 'the next call');
    await relay.kill();
    kills += 1;
  }
  for (const one of gates) one.open();
  relay.start();
  for (const id of ids) expect(await relay.take(id)).toBe(`To ${id}.`);
  expect(relay.of('dispatch.queued')).toHaveLength(ids.length);
  expect(relay.api.calls.length).toBeLessThanOrEqual(ids.length + kills);
  await expectFinishedOnce(relay, { calls: relay.api.calls.length });
});
