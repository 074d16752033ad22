import { existsSync } from 'node:fs';
import { becomes } from '../relay-run.ts';
import { percentile } from '../soak/flatness.ts';
import { type HarmedRelay, openHarmedRelay, takeNext } from './harmed-relay.ts';
import type { Harm } from './harms.ts';
import { replyTo, type TicketApi } from './ticket-api.ts';

/** Long enough on a machine that others use too. */
const deadlineMs = 60_000;
const answersWithinMs = 1_500;

/** One session has an untaken reply, one is being answered, one speaks in the midst of it. */
const sessions = ['lying', 'asked', 'new'] as const;

const config = `conversation:
  scope: session
`;

/** Whether the relay can be reached while the harm lasts. */
export const mayAsk = ({ isShut }: Harm): boolean => !isShut || process.getuid?.() === 0;

/** A harm while the relay is at work. @returns what was not as promised */
export async function sufferWhileWorking(harm: Harm, tickets: TicketApi): Promise<string[]> {
  const failures: string[] = [];
  const expectThat = (isSo: boolean, what: string) => {
    if (!isSo) failures.push(`${harm.name}: ${what}`);
  };
  await using relay = await openHarmedRelay({
    ...{ api: tickets.api, config },
    hasMounts: harm.needs === 'mounts',
    ...(harm.diskMegabytes ? { diskMegabytes: harm.diskMegabytes } : {}),
  });
  await relay.start();
  const ticketOf = (session: string) => `${harm.name.replaceAll(/\W+/g, '-')}-${session}`;
  const letGo = tickets.hold(ticketOf('asked'));
  relay.drop('lying', ticketOf('lying'));
  expectThat(await becomes(() => existsSync(relay.inputFile('lying')), deadlineMs), 'no reply');
  relay.drop('asked', ticketOf('asked'));
  await becomes(() => tickets.asked(ticketOf('asked')) > 0, deadlineMs);

  const mend = await harm.harm(relay);
  const isDropped = tryTo(() => relay.drop('new', ticketOf('new')));
  letGo();
  if (harm.says && mayAsk(harm)) await judgeWords(relay, harm, harm.says, expectThat);
  expectThat(relay.isAlive(), `the relay died: ${relay.said()}`);
  await mend?.();

  // A folder that was removed is made again before anybody can write into it.
  if (!isDropped) {
    const isBack = () => tryTo(() => relay.drop('new', ticketOf('new')));
    expectThat(await becomes(isBack, deadlineMs), 'nothing could be said after it was mended');
  }
  for (const session of sessions) {
    const reply = await takeNext(relay, session, deadlineMs);
    expectThat(reply === replyTo(ticketOf(session)), `${session} got ${reply ?? 'nothing'}`);
    expectThat(tickets.asked(ticketOf(session)) === 1, `${session} was not asked about once`);
  }
  await judgeEnd(relay, expectThat);
  return failures;
}

type Expect = (isSo: boolean, what: string) => void;

async function judgeWords(relay: HarmedRelay, harm: Harm, says: RegExp, expectThat: Expect) {
  let problems = '';
  const tookMs: number[] = [];
  const isSaid = async () => {
    const startedAt = performance.now();
    problems = (await relay.call('status', {}).catch(() => undefined))?.problems.join(' ') ?? '';
    tookMs.push(performance.now() - startedAt);
    return says.test(problems);
  };
  expectThat(await becomes(isSaid, deadlineMs), `the status said "${problems}"`);
  for (let look = 0; look < 5; look += 1) await isSaid();
  // Not the slowest: that may be any other program's doing.
  const usualMs = Math.round(percentile(tookMs, 0.5));
  expectThat(usualMs < answersWithinMs, `a look at the status took ${usualMs} ms`);
  if (!harm.isInInbox) return;
  const isThere = async () => (await diskItems(relay)).some((summary) => says.test(summary));
  expectThat(await becomes(isThere, deadlineMs), 'it was not in the inbox');
}

async function diskItems(relay: HarmedRelay): Promise<string[]> {
  const items = await relay.call('inbox.list', {});
  return items.filter(({ kind }) => kind === 'fault').map(({ summary }) => summary);
}

/** Nothing is left over, nothing is said any more, and what is stored is whole. */
async function judgeEnd(relay: HarmedRelay, expectThat: Expect): Promise<void> {
  // Nobody can say while it is being opened anew.
  const problems = async () =>
    (await relay.call('status', {}).catch(() => undefined))?.problems ?? ['It does not answer.'];
  const isWell = async () =>
    (await problems()).length === 0 && (await diskItems(relay)).length === 0;
  const becameWell = await becomes(isWell, deadlineMs);
  expectThat(becameWell, `it was not well again: ${(await problems()).join(' ')}`);
  const isIdle = async () => (await relay.call('status', {})).queued === 0;
  expectThat(await becomes(isIdle, deadlineMs), 'something is left in the queue');
  for (const session of sessions) {
    expectThat(!existsSync(relay.inputFile(session)), `${session} got something twice`);
  }
  expectThat((await relay.end()) === 0, `it did not end well: ${relay.said()}`);
  const { code, out } = await relay.command('restore', '--plan');
  expectThat(code === 0 && out.includes('is whole'), `the database is not whole: ${out}`);
}

function tryTo(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
