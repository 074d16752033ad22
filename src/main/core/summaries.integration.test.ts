import { describe, expect, test } from 'vitest';
import type { MessagesCall } from '#demo/messages-api.ts';
import { openRelayFixture, type RelayFixture } from './testing/relay-fixture.ts';

const summaryModel = 'claude-haiku-5-5';
// Of the budget, the two tools of the verdict take some 400.
const config = `conversation:
  budgetTokens: 4400
  verbatimTurns: 1
tools:
  enabled: false
`;
const instructions = 'You are the supervisor. Be brief.';
const isSummary = ({ body }: MessagesCall) => body.model === summaryModel;
const answers = (relay: RelayFixture) => relay.api.calls.filter((call) => !isSummary(call));
const textsOf = ({ body }: MessagesCall) =>
  body.messages.map(({ role, content }) => {
    const text =
      typeof content === 'string'
        ? content
        : content.map((b) => ('text' in b ? b.text : '')).join('');
    return `${role}: ${text}`;
  });

/** The summaries there were when the last answer was asked for; the next is prepared beside it. */
function summariesSent(relay: RelayFixture) {
  const lastCall = relay.of('call.started').findLast(({ payload }) => payload.purpose === 'answer');
  const seq = lastCall?.seq ?? expect.fail('no call');
  return relay.of('summary.made').filter((event) => event.seq < seq);
}

async function talk(relay: RelayFixture, rounds: number, from = 0): Promise<void> {
  for (let n = from; n < from + rounds; n += 1) {
    relay.drop(`${n}.json`, { session_id: 's1', content: `Round ${n}. ${'words '.repeat(200)}` });
    await relay.take('s1');
  }
}

test('when the window moves, a summary stands for what falls out', async () => {
  await using relay = await openRelayFixture({
    ...{ config, instructions },
    script: (call, n) => ({
      text: isSummary(call) ? `Summary ${n}: all went well.` : `Go on ${n}.`,
    }),
  });
  await talk(relay, 24);
  const made = relay.of('summary.made').map(({ payload }) => payload);
  expect(made.length).toBeGreaterThan(1);
  expect(new Set(made.map(({ method }) => method))).toEqual(new Set(['supervisor']));
  for (const [index, { fromPosition, toPosition }] of made.entries()) {
    expect(fromPosition).toBe(1);
    expect(toPosition).toBeGreaterThan(made[index - 1]?.toPosition ?? 0);
  }
  const last = answers(relay).at(-1) ?? expect.fail('no call');
  expect(textsOf(last)[0]).toContain(summariesSent(relay).at(-1)?.payload.text);
  expect(textsOf(last).join()).not.toContain('Round 0.');
  // Nothing of what follows the summary is missing.
  expect(textsOf(last).join()).toContain('Round 23.');
});

test('between two moves each prompt begins with the one before, byte for byte', async () => {
  await using relay = await openRelayFixture({
    ...{ config, instructions },
    script: (call) => ({ text: isSummary(call) ? 'All went well.' : 'Go on.' }),
  });
  await talk(relay, 16);
  const calls = answers(relay).map(textsOf);
  let moves = 0;
  for (const [index, texts] of calls.entries()) {
    const before = calls[index - 1];
    if (!before) continue;
    if (texts[0] !== before[0]) moves += 1;
    else expect(texts.slice(0, before.length)).toEqual(before);
  }
  // Only a summary changes the beginning.
  expect(moves).toBe(summariesSent(relay).length);
  expect(moves).toBeGreaterThan(0);
  expect(moves).toBeLessThan(5);
});

test('what a summary costs is counted, apart', async () => {
  await using relay = await openRelayFixture({
    ...{ config, instructions },
    script: (call) => ({ text: isSummary(call) ? 'All went well.' : 'Go on.' }),
  });
  await talk(relay, 14);
  const cost = await relay.call('cost.summary', {});
  const summaries = cost.byPurpose.find(({ key }) => key === 'summary');
  expect(summaries?.calls).toBe(relay.api.calls.filter(isSummary).length);
  expect(summaries?.usd).toBeGreaterThan(0);
  const all = cost.byPurpose.reduce((sum, { usd }) => sum + usd, 0);
  expect(cost.totalUsd).toBeCloseTo(all, 12);
  expect(cost.todayUsd).toBeCloseTo(all, 12);
  expect(cost.estimatedUsd).toBe(0);
  const hours = await relay.call('cost.hours', {});
  expect(hours.reduce((sum, { usd }) => sum + usd, 0)).toBeCloseTo(cost.todayUsd, 12);
  expect(hours.reduce((sum, { calls }) => sum + calls, 0)).toBe(cost.calls);
  expect(cost.byModel.map(({ key }) => key).sort()).toEqual([summaryModel, 'claude-sonnet-5-5']);
});

describe('a summary that cannot be had', () => {
  test.each([
    ['is refused', { refusal: { category: null } }],
    ['is empty', { text: ' ' }],
  ])('because it %s is left out, and the conversation goes on', async (_name, answer) => {
    await using relay = await openRelayFixture({
      ...{ config, instructions },
      script: (call) => (isSummary(call) ? answer : { text: 'Go on.' }),
    });
    await talk(relay, 14);
    const methods = relay.of('summary.made').map(({ payload }) => payload.method);
    expect(methods[0]).toBe('omitted');
    expect(textsOf(answers(relay).at(-1) ?? expect.fail('no call'))[0]).toContain(
      'left out here without a summary',
    );
    expect(relay.of('item.opened')).toEqual([]);
  });

  test('because the API is down is waited for', async () => {
    let isMended = false;
    await using relay = await openRelayFixture({
      instructions,
      config: `${config}faults:\n  firstWaitSeconds: 0.05\n  longestWaitSeconds: 0.1\n`,
      script: (call) => {
        if (!isSummary(call)) return { text: 'Go on.' };
        return isMended ? { text: 'All went well.' } : { fault: { status: 529 } };
      },
    });
    let n = 0;
    // Until a summary is needed, and not only prepared.
    const isWaiting = () =>
      relay
        .of('call.failed')
        .some(({ payload }) => payload.purpose === 'summary' && payload.retryAt);
    while (!isWaiting()) {
      relay.drop(`${n}.json`, { session_id: 's1', content: `Round ${n}. ${'words '.repeat(200)}` });
      const claims = relay.of('dispatch.claimed').length;
      const isWritten = () => relay.of('dispatch.written').length > claims;
      await relay.until(() => isWaiting() || isWritten(), 'an answer or a wait');
      if (isWritten()) await relay.take('s1');
      n += 1;
    }
    isMended = true;
    await relay.take('s1');
    expect(relay.of('summary.made')[0]?.payload.method).toBe('supervisor');
  });
});

test('the next summary is prepared while an answer is under way', async () => {
  await using relay = await openRelayFixture({
    ...{ config, instructions },
    script: (call) => ({ text: isSummary(call) ? 'All went well.' : 'Go on.' }),
  });
  await talk(relay, 14);
  const calls = relay.events.flatMap((event) => {
    if (event.type === 'call.started') return [`${event.payload.purpose} started`];
    return event.type === 'call.finished' ? [`${event.payload.purpose} finished`] : [];
  });
  const first = calls.indexOf('summary started');
  expect(calls.slice(0, first).at(-1)).toBe('answer started');
});

test('words that wait for their answer are said again where a summary has covered them', async () => {
  let isRefused = true;
  await using relay = await openRelayFixture({
    ...{ config, instructions },
    script(call) {
      if (isSummary(call)) return { text: 'All went well.' };
      const isAboutFirst = isRefused && call.lastText.includes('May I drop the table?');
      return isAboutFirst ? { refusal: { category: null } } : { text: 'Go on.' };
    },
  });
  relay.drop('first.json', { session_id: 's0', content: 'May I drop the table?' });
  const item = await relay.waitFor('item.opened');
  isRefused = false;
  await talk(relay, 12);
  const { itemId } = item.payload;
  await relay.call('inbox.approve', { itemId, via: 'inbox' });
  await relay.take('s0');
  const last = answers(relay).at(-1) ?? expect.fail('no call');
  expect(textsOf(last).slice(0, -1).join()).not.toContain('May I drop the table?');
  expect(textsOf(last).at(-1)).toMatch(/May I drop the table\?.*Your answer goes to s0\./s);
  // And that is what the interface shows of the call.
  const made = await relay.call('exchange.request', {
    exchangeId: item.exchangeId ?? expect.fail(),
  });
  expect(made.parts).toEqual(made.parts.map(({ name }) => ({ name, agrees: true })));
});
