import { isDeepStrictEqual } from 'node:util';
import type { RelayEvent } from '#shared/events.ts';
import type { ExchangeId } from '#shared/ids.ts';
import { openDesk } from './desk.ts';
import { isClear, type Play, takeWhole } from './play.ts';

/** A past exchange is run again: it works, or says why not, and touches nothing. */
export async function playReplay(play: Play): Promise<void> {
  const { desk, cell, mark, beside, fail } = play;
  desk.expect(mark, 'reply');
  desk.say(mark, 'The tests pass. What next?');
  if (!(await desk.becomes(() => takeWhole(play, mark)))) throw new Error('no reply to run again');
  const isClosed = () => desk.of('exchange.closed', mark).length > 0;
  await desk.becomes(isClosed);
  // It was just closed.
  const exchangeId = desk.of('exchange.closed', mark)[0]?.exchangeId as ExchangeId;
  const { fault } = cell;
  const armed = desk.wire.arm({ mark, asked: 'answer' }, fault.fault);
  const replayed = desk.relay.ask('exchange.replay', { exchangeId });
  try {
    if (fault.fault.at !== 'connect') {
      desk.expect(beside, 'reply');
      desk.say(beside, 'The other tests pass. What next?');
      if (!(await desk.becomes(() => takeWhole(play, beside))))
        fail('the session beside did not go on.');
    }
    const answer = await replayed;
    await desk.becomes(() => true);
    const costs = desk.of('replay.made', mark).length + desk.of('side_call.failed', mark).length;
    if (fault.promised === 'well') {
      if (!answer.ok) fail(`it should be well, and is said to be: ${answer.error.message}`);
      else if (!desk.said(mark).includes(answer.value.replay.text)) fail('it is not whole.');
    } else if (answer.ok) fail('it should fail, and an answer is shown.');
    else if (!isClear(answer.error.message))
      fail(`it is not said clearly: ${answer.error.message}`);
    if (fault.fault.at === 'connect') return;
    if (armed.hits !== 1) fail(`it should be asked once, and was ${armed.hits} times.`);
    checkSideCost(play, costs);
  } finally {
    await armed.disarm();
  }
  if (desk.of('call.failed', mark).length + desk.of('item.opened', mark).length > 0) {
    fail('it should touch nothing, and the session has a fault.');
  }
  if (desk.take(mark) !== undefined) fail('it should touch nothing, and something was sent.');
}

function checkSideCost({ desk, mark, fail }: Play, costs: number): void {
  const call = desk.wire.calls.findLast((one) => one.mark === mark && one.isSpoiled);
  const kept = desk.events.find(
    (event): event is RelayEvent<'replay.made'> | RelayEvent<'side_call.failed'> =>
      (event.type === 'replay.made' || event.type === 'side_call.failed') &&
      event.sessionId === mark,
  );
  const { told = null } = call ?? {};
  if (told === null) {
    if (kept && kept.payload.costUsd !== null)
      fail(`it said nothing of its cost, and ${kept.payload.costUsd} is kept.`);
    return;
  }
  if (costs === 0 && (call?.toldBefore === null || call?.isReset)) return;
  if (costs !== 1) fail(`one cost should be kept, and ${costs} are.`);
  const isPartly = isDeepStrictEqual(kept?.payload.usage, call?.toldBefore);
  if (kept && !isDeepStrictEqual(kept.payload.usage, told) && !isPartly) {
    fail(`it used ${JSON.stringify(told)}, and ${JSON.stringify(kept.payload.usage)} is kept.`);
  }
}

/** Counting is for later: when it fails nothing else is harmed, and it is left alone for a while. */
export async function playCount({ cell, mark, fail }: Play): Promise<void> {
  const desk = await openDesk();
  const play: Play = { desk, cell, mark, fail, beside: '', from: 0, taken: new Map() };
  try {
    const armed = desk.wire.arm({ mark, asked: 'count' }, cell.fault.fault);
    desk.expect(mark, 'reply');
    for (let n = 0; n < 2; n += 1) {
      desk.say(mark, `The tests pass (${n}). What next?`);
      if (!(await desk.becomes(() => takeWhole(play, mark)))) fail('no reply came.');
      const isCounted = () =>
        desk.wire.calls.some(({ asked, endedMs }) => asked === 'count' && endedMs !== undefined);
      if (!(await desk.becomes(isCounted))) fail('nothing was ever counted.');
    }
    if (cell.fault.promised !== 'well' && armed.hits !== 1) {
      fail(`it should be left alone, and was asked ${armed.hits} times.`);
    }
    const troubles = desk.events.filter(
      ({ type }) => type === 'call.failed' || type === 'item.opened',
    );
    if (troubles.length > 0) fail('nothing should be wrong, and something is.');
  } finally {
    await desk.close();
  }
}

/** The test of the settings: it takes the key and the model for good, or says what is wrong. */
export async function playProbe({ desk, cell, fail }: Play): Promise<void> {
  const armed = desk.wire.arm({ mark: '', asked: 'count' }, cell.fault.fault);
  try {
    const { ok, message } = await desk.relay.call('supervisor.probe', {});
    if (ok !== (cell.fault.promised === 'well')) fail(`it says: ${message}`);
    if (!isClear(message)) fail(`it is not said clearly: ${message}`);
  } finally {
    await armed.disarm();
  }
}
