import type { ItemId } from '#shared/ids.ts';
import { firstWaitMs } from './desk.ts';
import type { Armed } from './faulty-wire.ts';
import {
  askedBy,
  failedIn,
  isClear,
  openedIn,
  type Play,
  promisedOf,
  promisesToGoOn,
  takeWhole,
} from './play.ts';

const slowestLookMs = 3000;
const hourMs = 60 * 60 * 1000;

/** One fault to one exchange: what is promised must be seen while it lasts, and after it. */
export async function playExchange(play: Play): Promise<void> {
  const { desk, cell, mark, beside, fail } = play;
  const { fault, kind, most } = cell;
  const aim = { mark, asked: askedBy[kind], ...(most ? { most } : {}) };
  const isForAll = fault.fault.at === 'connect' || promisedOf(cell) === 'person';
  const armed = desk.wire.arm(aim, fault.fault);
  try {
    if (kind === 'summary') await talkUntilFelt(play);
    else desk.say(mark, 'The tests pass. What next?');
    await untilPromiseShows(play, armed);
    if (promisedOf(cell) === 'long') await approve(play);
    else await lookAround(play, isForAll);
  } finally {
    await armed.disarm();
  }
  if (isHeld(play)) await approve(play);
  await seeItThrough(play);
  if (isForAll && !(await desk.becomes(() => takeWhole(play, beside)))) {
    fail('the session beside should have gone on by itself, and never did.');
  }
  const isKnown = () => isAtRest(play) && nothingIsUnderWay(play);
  if (!(await desk.becomes(isKnown))) fail('it should come to rest, and never did.');
  checkCalls(play);
  checkWaits(play);
  checkTools(play);
}

const isHeld = ({ cell }: Play): boolean =>
  ['decide', 'shrink', 'lengthen'].includes(promisedOf(cell)) && !cell.most;

/** Long words, until the window has to move and the summary for it fails, or is done without. */
async function talkUntilFelt(play: Play): Promise<void> {
  const { desk, mark, cell } = play;
  const words = 'The parser reads every line as it should, and one more of them. '.repeat(50);
  const isOver = () =>
    promisedOf(cell) === 'well' || promisedOf(cell) === 'omitted'
      ? desk.events.slice(play.from).some((event) => event.type === 'summary.made')
      : isWaitingForSummary(play);
  for (let said = 1; said <= 16; said += 1) {
    desk.say(mark, words);
    const isAnswered = () => desk.of('verdict.given', mark).length >= said;
    if (!(await desk.becomes(() => isAnswered() || isOver()))) break;
    if (isOver()) return;
    if (!(await desk.becomes(() => takeWhole(play, mark)))) break;
  }
  throw new Error('a summary should have been asked for, and never was.');
}

/** It is not prepared beside an answer, but keeps the answer waiting. */
function isWaitingForSummary({ desk, mark }: Play): boolean {
  const exchangeId = desk.of('exchange.opened', mark).at(-1)?.exchangeId;
  const calls = desk.of('call.started', mark).filter((call) => call.exchangeId === exchangeId);
  return calls.length > 0 && calls.every(({ payload }) => payload.purpose === 'summary');
}

async function untilPromiseShows(play: Play, armed: Armed): Promise<void> {
  const { desk, cell } = play;
  const { isStall, fault } = cell.fault;
  const promised = promisedOf(cell);
  const isShown = () => {
    switch (promised) {
      case 'well':
      case 'omitted':
        return armed.hits > 0;
      case 'again':
        if (fault.at === 'connect') return failedIn(play).length >= (isStall ? 1 : 2);
        return isStall ? armed.hits > 0 : failedIn(play).length >= 2;
      case 'person':
        // Tried again now and then, by itself.
        return openedIn(play).length > 0 && armed.hits >= 2;
      case 'long':
        return openedIn(play).length > 0;
      default:
        return cell.most ? armed.hits > 0 : openedIn(play).length > 0;
    }
  };
  if (!(await desk.becomes(isShown))) throw new Error(`it should be ${promised}, and is not.`);
}

/** While the fault lasts: what the owner sees, that nothing partial came, and that others go on. */
async function lookAround(play: Play, isForAll: boolean): Promise<void> {
  const { desk, cell, mark, beside, fail } = play;
  const promised = promisedOf(cell);
  desk.expect(beside, 'reply');
  desk.say(beside, 'The other tests pass. What next?');
  const askedAt = performance.now();
  const status = await desk.relay.call('status', {});
  const tookMs = performance.now() - askedAt;
  if (tookMs > slowestLookMs && !cell.fault.isHeavy)
    fail(`a look at the status took ${Math.round(tookMs)} ms.`);
  checkItems(play, status.state);
  if (!isForAll && !(await desk.becomes(() => takeWhole(play, beside)))) {
    fail('the session beside should go on meanwhile, and did not.');
  }
  const mayHaveCome = promised === 'well' || promised === 'omitted' || cell.most;
  if (!mayHaveCome && desk.take(mark) !== undefined) fail('its reply came while the fault lasted.');
  for (const { payload } of failedIn(play)) {
    const { message, code } = payload.fault;
    if (!isClear(message)) fail(`the fault is not said in a clear sentence: ${message}`);
    const { codes } = cell.fault;
    if (codes && !codes.includes(code)) fail(`the fault should be ${codes}, and is ${code}.`);
  }
}

function checkItems(play: Play, state: string): void {
  const { cell, mark, fail } = play;
  const opened = openedIn(play).filter(({ payload }) => payload.kind === 'fault');
  if (promisedOf(cell) === 'person' || isHeld(play)) {
    if (opened.length !== 1) fail(`one item should be open, and ${opened.length} are.`);
    if (state !== 'needs-owner') fail(`the state should be needs-owner, and is ${state}.`);
  } else if (opened.length > 0) {
    fail(`the owner should not be asked, and is: ${opened[0]?.payload.summary}`);
  }
  for (const { payload, sessionId } of opened) {
    const { summary, blocks, stops } = payload;
    if (!isClear(summary)) fail(`the item does not say clearly what is wrong: ${summary}`);
    if ((stops || blocks) && promisesToGoOn(summary)) {
      fail(`the item waits for the owner, and says: ${summary}`);
    }
    if (blocks !== (promisedOf(cell) === 'person')) fail(`blocks is ${blocks}: ${summary}`);
    if (isHeld(play) && sessionId !== mark) fail(`the item is about ${sessionId}, not ${mark}.`);
  }
}

async function approve(play: Play): Promise<void> {
  const open = openedIn(play).findLast(({ payload }) => payload.kind === 'fault');
  if (!open) throw new Error('there should be an item to approve.');
  const { itemId, summary } = open.payload;
  if (!isClear(summary)) play.fail(`the item does not say clearly what is wrong: ${summary}`);
  await play.desk.relay.call('inbox.approve', { itemId: itemId as ItemId, via: 'inbox' });
}

/** Without the fault it comes to its end: a reply, a question to the owner, or a release. */
async function seeItThrough(play: Play): Promise<void> {
  const { desk, cell, mark, fail } = play;
  const must = async (isSo: () => boolean, what: string) => {
    if (!(await desk.becomes(isSo))) throw new Error(`${what} should come, and never did.`);
  };
  if (cell.kind === 'finish') return must(() => desk.takeRelease(mark), 'a release');
  if (cell.kind === 'escalate') {
    const asked = () =>
      desk.of('item.opened', mark).find(({ payload }) => payload.kind === 'escalation');
    await must(() => asked() !== undefined, 'its question');
    const item = asked()?.payload;
    if (item?.summary !== `May ${mark} go on?`) fail(`it asks ${item?.summary}`);
    await desk.relay.call('inbox.approve', { itemId: item?.itemId as ItemId, via: 'inbox' });
  }
  await must(() => takeWhole(play, mark) || isAtRest(play), 'the reply');
  const words = desk.of('envelope.accepted', mark).length;
  const replies = play.taken.get(mark)?.length ?? 0;
  if (replies !== words)
    fail(`${words} words should be answered once each, and got ${replies} replies.`);
}

function isAtRest(play: Play): boolean {
  const { desk, mark, beside, from } = play;
  const settled = desk.events.slice(from).filter(({ type }) => type === 'item.settled').length;
  const opened = desk.events.slice(from).filter(({ type }) => type === 'item.opened').length;
  const isOver = (id: string) =>
    desk.of('exchange.opened', id).length === desk.of('exchange.closed', id).length;
  return settled === opened && isOver(mark) && isOver(beside);
}

/** A summary that is prepared may outlast all it was made for. */
const nothingIsUnderWay = ({ desk, mark }: Play): boolean =>
  desk.wire.calls.every((call) => call.mark !== mark || call.endedMs !== undefined) &&
  desk
    .of('call.started', mark)
    .every(({ payload: { callId } }) =>
      desk.events.some(
        (event) =>
          (event.type === 'call.finished' || event.type === 'call.failed') &&
          event.payload.callId === callId,
      ),
    );

/** No call more than is needed, and each that failed is known. */
function checkCalls(play: Play): void {
  const { desk, cell, mark, fail } = play;
  const promised = promisedOf(cell);
  const isSummary = cell.kind === 'summary';
  const calls = desk.wire.calls.filter(
    (call) =>
      call.mark === mark && call.asked !== 'count' && (call.asked === 'summary') === isSummary,
  );
  const spoiled = calls.filter(({ isSpoiled }) => isSpoiled);
  const isWell = promised === 'well';
  const failed = failedIn(play).length;
  if (cell.fault.fault.at !== 'connect' && failed !== (isWell ? 0 : spoiled.length)) {
    fail(`${spoiled.length} calls were spoiled, and ${failed} are said to have failed.`);
  }
  if (!isSummary) {
    const good = isWell ? calls.length : calls.length - spoiled.length;
    const wanted = cell.kind === 'reply' || cell.kind === 'finish' ? 1 : 2;
    if (good !== wanted) fail(`${wanted} calls should be enough, and ${good} were answered.`);
  }
  const most = { decide: 1, shrink: 7, lengthen: 3, omitted: Number.POSITIVE_INFINITY }[
    promised as 'decide'
  ];
  if (most !== undefined && spoiled.length > (cell.most ?? most)) {
    fail(`${spoiled.length} calls were made before the owner was asked, and not ${most} at most.`);
  }
  for (const [index, call] of spoiled.entries()) {
    const before = spoiled[index - 1];
    if (!before) continue;
    if (promised === 'lengthen' && call.maxTokens <= before.maxTokens) {
      fail(`it was asked again with no more room (${call.maxTokens} tokens).`);
    }
    if (promised === 'shrink' && call.sizeBytes > before.sizeBytes) {
      fail(`it was asked again with more (${call.sizeBytes} bytes).`);
    }
  }
}

/** The waits grow as they should, are as long as the server asks for, and are kept. */
function checkWaits(play: Play): void {
  const { desk, cell, mark, fail } = play;
  const promised = promisedOf(cell);
  const { leastWaitMs = 0 } = cell.fault;
  for (const failed of failedIn(play)) {
    const { retryAt, callId } = failed.payload;
    const begun = desk.of('call.started', mark).find(({ payload }) => payload.callId === callId);
    if (retryAt === null || !begun) continue;
    // Reckoned before it was committed, which may take its time, and after the call began.
    const waitMs = retryAt - begun.at;
    const reckonedMs = failed.at - begun.at;
    const next = desk
      .of('call.started', mark)
      .find(({ seq, exchangeId }) => seq > failed.seq && exchangeId === failed.exchangeId);
    if (promised === 'long') {
      if (waitMs < 0.9 * hourMs || waitMs > hourMs + reckonedMs + 1000)
        fail(`it waits ${waitMs} ms, not an hour.`);
      continue;
    }
    if (promised !== 'again') continue;
    const leastMs = Math.max(leastWaitMs, 0.75 * firstWaitMs) - 60;
    const mostMs = Math.max(leastWaitMs * 2 + 1000, 400) + reckonedMs;
    if (waitMs < leastMs || waitMs > mostMs)
      fail(`it waits ${waitMs} ms, and asked was ${leastWaitMs}.`);
    if (next && next.at < retryAt - 5) fail(`it was called ${retryAt - next.at} ms too early.`);
  }
}

/** What a tool does is done once, however often the calls around it are made again. */
function checkTools({ desk, cell, mark, from, fail }: Play): void {
  if (cell.kind !== 'tool' && cell.kind !== 'after-tools') return;
  const pinned = desk.events
    .slice(from)
    .filter(
      (event) => event.type === 'fact.pinned' && JSON.stringify(event.payload).includes(mark),
    );
  const uses = desk.of('tool_call', mark).length;
  const responses = desk.of('tool_response', mark).length;
  if (uses !== 1 || responses !== 1)
    fail(`one tool was asked for: ${uses} uses, ${responses} responses.`);
  if (pinned.length !== 1) fail(`the tool should have run once, and did ${pinned.length} times.`);
}
