import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { readStoredEvents } from '#core/export/stored-events.ts';
import { silentLogger } from '#core/settings/logs.ts';
import { createBackups } from '#core/store/backup.ts';
import { openDatabase } from '#core/store/database.ts';
import type { RelayEvent } from '#shared/events.ts';
import type { Chance } from '../chance.ts';
import { becomes } from '../relay-run.ts';
import type { Damage } from './damages.ts';
import { type HarmedRelay, openHarmedRelay, take, takeNext } from './harmed-relay.ts';
import { storedRows, whoseBytesAreHeld } from './held-in-file.ts';
import { replyTo, type TicketApi } from './ticket-api.ts';

const deadlineMs = 60_000;
const exchanges = 12;

/** What `relay restore --json` says. */
interface Report {
  restored: boolean;
  salvaged: number;
  fromBackup: number;
  lost: [number, number][];
  endKnown: boolean;
}

export interface Restored {
  failures: string[];
  report: Report | undefined;
}

/** A database is damaged between two lives of the relay, refused, restored, and worked on. */
export async function comeBack(
  damage: Damage,
  tickets: TicketApi,
  chance: Chance,
): Promise<Restored> {
  const failures: string[] = [];
  const expectThat = (isSo: boolean, what: string) => {
    if (!isSo) failures.push(`${damage.name}: ${what}`);
  };
  await using relay = await openHarmedRelay({ api: tickets.api });
  const database = path.join(relay.home, 'relay.db');
  const name = damage.name.replaceAll(/\W+/g, '-');
  await relay.start();
  await work(relay, `${name}-a`, Math.floor(exchanges / 2));
  if (damage.hasBackup) {
    await relay.end();
    await backUp(relay, database);
    await relay.start();
  }
  await work(relay, `${name}-b`, Math.ceil(exchanges / 2));
  const { atWork } = damage;
  if (!atWork) await relay.end(damage.isKilled ? 'SIGKILL' : 'SIGTERM');
  const committed = await eventsOf(relay, database);
  // All of them are found where nothing was damaged, or the check would be worth nothing.
  const rows = await storedRows(copyOf(relay, database));
  const isHeldBefore = whoseBytesAreHeld(database);
  const unseen = [...rows.values()].filter((row) => !isHeldBefore(row)).length;
  expectThat(unseen <= rows.size / 10, `${unseen} of ${rows.size} events are not seen in the file`);

  damage.do(database, chance);
  if (atWork === 'says') await judgeHold(relay, tickets, `${name}-held`, expectThat);
  if (atWork) await relay.end();
  const isHeld = whoseBytesAreHeld(database);
  const held = [...rows.values()].filter(isHeld).map(([seq]) => Number(seq));
  const isRefused = await relay.start().then(
    () => false,
    () => /relay restore/.test(relay.said()),
  );
  if (damage.isSeen) expectThat(isRefused, `the start was not refused: ${relay.said()}`);
  await relay.end();
  const done = await relay.command('restore', '--json');
  expectThat(done.code === 0, `restore failed: ${done.err}`);
  if (done.code !== 0) return { failures, report: undefined };
  // What the command promises to programs.
  const report = JSON.parse(done.out) as Report;
  const restored = await eventsOf(relay, database);
  if (!report.restored) {
    const isThere = [...committed.keys()].every((seq) => restored.has(seq));
    expectThat(isThere, 'it is called whole, and events are missing');
  } else {
    judge(restored, committed, report, expectThat);
    for (const seq of held) {
      expectThat(restored.has(seq), `${seq} is lost, though the file still held all of it`);
    }
  }
  await goOn(relay, report, `${name}-c`, expectThat);
  return { failures, report: report.restored ? report : undefined };
}

async function work(relay: HarmedRelay, name: string, count: number): Promise<string> {
  for (let n = 0; n < count; n += 1) {
    const ticket = `${name}${n}`;
    relay.drop(`s${n % 3}`, ticket);
    const reply = await takeNext(relay, `s${n % 3}`, deadlineMs);
    if (reply !== replyTo(ticket)) return `${ticket} got ${reply ?? 'nothing'}`;
  }
  const isIdle = async () => (await relay.call('status', {})).state !== 'working';
  await becomes(isIdle, deadlineMs);
  return '';
}

/** It says what to do, and touches nothing more: no call, no reply, and the word stays in the queue. */
async function judgeHold(
  relay: HarmedRelay,
  tickets: TicketApi,
  ticket: string,
  expectThat: Expect,
) {
  relay.drop('s0', ticket);
  const says = async () => (await relay.call('status', {})).problems.join(' ');
  const isSaid = async () => /relay restore/.test(await says());
  expectThat(await becomes(isSaid, deadlineMs), `the status said "${await says()}"`);
  const isWaiting = existsSync(path.join(relay.home, 'queue', `${ticket}.json`));
  expectThat(isWaiting && tickets.asked(ticket) === 0, 'it went on with a damaged database');
  rmSync(path.join(relay.home, 'queue', `${ticket}.json`), { force: true });
}

async function backUp(relay: HarmedRelay, database: string): Promise<void> {
  const folder = path.join(relay.home, 'backups');
  const db = await openDatabase(database);
  const backups = createBackups({
    ...{ db, database, folder, log: silentLogger, notBeforeMs: 0 },
    everyMs: () => 1,
    keep: () => 3,
  });
  backups.run();
  await backups.settled();
  db.close();
  for (const dir of [relay.home, folder]) {
    for (const name of readdirSync(dir)) relay.own(path.join(dir, name));
  }
}

/** A copy, so that nothing of the home is touched. */
function copyOf(relay: HarmedRelay, database: string): string {
  const folder = mkdtempSync(path.join(relay.aside, 'copy-'));
  for (const end of ['', '-wal']) {
    if (existsSync(database + end)) copyFileSync(database + end, path.join(folder, `x.db${end}`));
  }
  return path.join(folder, 'x.db');
}

async function eventsOf(relay: HarmedRelay, database: string): Promise<Map<number, RelayEvent>> {
  const stored = await readStoredEvents(copyOf(relay, database), {});
  if (!stored.ok) throw new Error(stored.message);
  const events = new Map([...stored.events].map((event) => [event.seq, event]));
  stored.close();
  return events;
}

type Expect = (isSo: boolean, what: string) => void;

function judge(
  restored: Map<number, RelayEvent>,
  committed: Map<number, RelayEvent>,
  { lost, endKnown }: Report,
  expectThat: Expect,
): void {
  const last = Math.max(...restored.keys());
  for (const [seq, event] of committed) {
    const isLost = lost.some(([from, to]) => seq >= from && seq <= to) || (!endKnown && seq > last);
    const found = restored.get(seq);
    if (isLost) expectThat(!found || found.id !== event.id, `${seq} is called lost and is there`);
    else if (endKnown || found?.id === event.id) {
      expectThat(textOf(found) === textOf(event), `${seq} is not what was committed`);
    }
  }
}

/** But for the tokens, which are counted again. */
const textOf = (event: RelayEvent | undefined): string =>
  JSON.stringify(Object.entries({ ...event, tokens: 0 }).sort());

async function goOn(relay: HarmedRelay, report: Report, name: string, expectThat: Expect) {
  const mayMiss = report.restored && (report.lost.length > 0 || !report.endKnown);
  await relay.start();
  expectThat(
    (await relay.call('status', {})).paused === mayMiss,
    'it should be paused if it misses',
  );
  if (mayMiss) {
    const inbox = await relay.call('inbox.list', {});
    expectThat(
      inbox.some(({ summary }) => summary.includes('lost')),
      'the loss is not in the inbox',
    );
    await relay.call('relay.resume', { via: 'cli' });
  } else {
    for (const session of ['s0', 's1', 's2']) {
      expectThat(!existsSync(relay.inputFile(session)), `${session} was answered again`);
    }
  }
  // What was open and is known no better may come once more, now that the owner has looked.
  for (const session of ['s0', 's1', 's2']) take(relay, session);
  const wrong = mayMiss ? '' : await work(relay, name, 3);
  expectThat(wrong === '', wrong);
  expectThat((await relay.end()) === 0, `it did not end well: ${relay.said()}`);
}
