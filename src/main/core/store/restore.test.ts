import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NewEvent, RelayEvent } from '#shared/events.ts';
import { ConversationId, ExchangeId, SessionId } from '#shared/ids.ts';
import { nameOfBackup } from './backup-files.ts';
import { type Database, openDatabase } from './database.ts';
import { createEventStore } from './event-store.ts';
import { openHomeDatabase } from './open-home-database.ts';
import { planRestore, type RestoreReport } from './restore.ts';

let root: string;
let home: { database: string; backups: string };
/** What was committed, by number. */
let committed: Map<number, RelayEvent>;
let db: Database | undefined;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'relay-restore-'));
  home = { database: path.join(root, 'relay.db'), backups: path.join(root, 'backups') };
  mkdirSync(home.backups);
  committed = new Map();
});
afterEach(() => {
  db?.close();
  rmSync(root, { recursive: true, force: true });
});

/** Of all sizes: some need pages of their own. */
function word(number: number): NewEvent {
  const about = {
    sessionId: SessionId.parse(`s${number % 7}`),
    conversationId: ConversationId.parse('default'),
    exchangeId: number % 3 === 0 ? null : ExchangeId.parse(`x${number}`),
  };
  const text = `Word ${number}, grün 🟢. `.repeat(number % 50 === 0 ? 900 : 1 + (number % 9));
  return { type: 'user_message', ...about, payload: { author: 'session', text, via: null } };
}

/** As a relay that was killed leaves it: the last commits stand in the log alone. */
async function write(count: number, backupAfter = 0): Promise<void> {
  const open = await openDatabase(home.database);
  const store = createEventStore(open);
  const append = (from: number, to: number) =>
    store.transaction(() => {
      for (let n = from; n <= to; n += 1) {
        for (const event of store.append([word(n)])) committed.set(event.seq, event);
      }
    });
  if (backupAfter > 0) {
    append(1, backupAfter);
    await open.backup(path.join(home.backups, nameOfBackup(Date.UTC(2026, 0, 1))));
  }
  append(backupAfter + 1, count - 20);
  for (const seq of [5, 6, 7]) store.setTokens(seq, 1234);
  open.pragma('wal_checkpoint(TRUNCATE)');
  for (let n = count - 19; n <= count; n += 1) append(n, n);
  for (const end of ['', '-wal'])
    copyFileSync(home.database + end, `${home.database}${end}.killed`);
  open.close();
  for (const end of ['', '-wal']) renameSync(`${home.database}${end}.killed`, home.database + end);
}

/** As a relay that was stopped leaves it: all of it in one file. */
async function writeAndStop(count: number, backupAfter = 0): Promise<void> {
  await write(count, backupAfter);
  (await openDatabase(home.database)).close();
  expect(existsSync(`${home.database}-wal`)).toBe(false);
}

function damage(file: string, at: number, bytes: Uint8Array): void {
  const fd = openSync(file, 'r+');
  writeSync(fd, bytes, 0, bytes.length, at);
  closeSync(fd);
}

const noise = (length: number) => Buffer.alloc(length, 0xa5);

/** With the keys in one order. */
const textOf = (event: RelayEvent | undefined): string =>
  JSON.stringify(Object.entries(event ?? {}).sort());

/** Restores, and looks at everything that was promised. */
async function restored(): Promise<RestoreReport> {
  const plan = await planRestore(home, () => undefined);
  if (plan.kind !== 'ready') throw new Error(plan.kind);
  const before = existsSync(home.database) ? readFileSync(home.database) : undefined;
  const kept = plan.carryOut();
  if (before) expect(readFileSync(kept).equals(before)).toBe(true);
  db = await openHomeDatabase(home);
  const store = createEventStore(db);
  const events = [...store.all(0)];
  const other = events.filter(
    (event) => textOf({ ...event, tokens: 0 }) !== textOf(committed.get(event.seq)),
  );
  expect(other.map(({ seq }) => seq)).toEqual([]);
  const { salvaged, fromBackup, lost } = plan.report;
  expect(events).toHaveLength(salvaged + fromBackup);
  const gone = lost.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  expect(events.length + gone).toBe(committed.size);
  // No number is given twice.
  const [next] = store.append([word(1)]);
  expect(next?.seq).toBe(committed.size + 1);
  return plan.report;
}

describe('a database', () => {
  test('whose relay was killed is whole, and there is nothing to restore', async () => {
    await write(300);
    expect(await planRestore(home, () => undefined)).toEqual({ kind: 'whole' });
    expect(existsSync(`${home.database}.restoring`)).toBe(false);
  });

  test.each([
    ['the header', 0, 100],
    ['the schema', 100, 3900],
    ['the root of the events', 4096, 200],
  ])('of which %s is overwritten still holds every event', async (_what, at, length) => {
    await writeAndStop(600);
    damage(home.database, at, noise(length));
    await expect(openHomeDatabase(home)).rejects.toThrow(/is damaged.*relay restore/);
    const report = await restored();
    expect(report).toMatchObject({ salvaged: 600, fromBackup: 0, lost: [] });
    expect(createEventStore(db as Database).event(6)?.tokens).toBe(1234);
  });

  test('of whose log a page is gone loses what stood there alone', async () => {
    await write(600);
    // The twelfth of the frames.
    damage(`${home.database}-wal`, 32 + 12 * (24 + 4096) + 500, noise(3000));
    damage(home.database, 4096, noise(200));
    const { lost } = await restored();
    const gone = lost.reduce((sum, [from, to]) => sum + to - from + 1, 0);
    expect(gone).toBeLessThan(5);
  });

  test('of whose log alone a page is damaged is not opened without what stands behind it', async () => {
    await write(600);
    // The twelfth of the frames, but not where the events themselves are.
    damage(`${home.database}-wal`, 32 + 12 * (24 + 4096) + 24, noise(8));
    await expect(openHomeDatabase(home)).rejects.toThrow(/its log is damaged.*relay restore/);
    expect(await restored()).toMatchObject({ salvaged: 600, lost: [] });
  });

  test('cut off in the middle gets the rest from the backup', async () => {
    await writeAndStop(900, 700);
    truncateSync(home.database, 12 * 4096);
    const report = await restored();
    expect(report.salvaged).toBeGreaterThan(0);
    expect(report.fromBackup).toBeGreaterThan(300);
    expect(report.lost.every(([from]) => from > 700)).toBe(true);
  });

  test('gone altogether is what the backup holds', async () => {
    await write(900, 700);
    rmSync(home.database);
    rmSync(`${home.database}-wal`);
    committed = new Map([...committed].filter(([seq]) => seq <= 700));
    await expect(openHomeDatabase(home)).rejects.toThrow(/is gone.*relay restore/);
    expect(await restored()).toMatchObject({ damage: 'missing', salvaged: 0, fromBackup: 700 });
  });
});

const wherever = 'wherever bytes are overwritten, what is lost is told exactly, none made up';
// A dozen databases: on a busy machine that takes its time.
test(wherever, { timeout: 60_000 }, async () => {
  await writeAndStop(800, 300);
  const file = readFileSync(home.database);
  let seed = 20261121;
  const chance = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return seed % below;
  };
  for (let round = 0; round < 12; round += 1) {
    db?.close();
    db = undefined;
    for (const end of ['', '-wal', '-shm']) rmSync(home.database + end, { force: true });
    writeFileSync(home.database, file);
    damage(home.database, 0, noise(16));
    for (let hit = 0; hit < 5; hit += 1) {
      damage(home.database, chance(file.length - 300), noise(1 + chance(300)));
    }
    const { lost } = await restored();
    expect(lost.every(([from]) => from > 300)).toBe(true);
  }
});

test('a backup of another history is not mixed in', async () => {
  await writeAndStop(200);
  const other = mkdtempSync(path.join(tmpdir(), 'relay-restore-'));
  const stranger = await openDatabase(path.join(other, 'relay.db'));
  const store = createEventStore(stranger);
  store.transaction(() => store.append(Array.from({ length: 500 }, (_, n) => word(n + 1))));
  await stranger.backup(path.join(home.backups, nameOfBackup(Date.UTC(2026, 0, 2))));
  stranger.close();
  rmSync(other, { recursive: true });
  damage(home.database, 0, noise(100));
  expect(await restored()).toMatchObject({ salvaged: 200, fromBackup: 0, backup: null });
});

test('a restore that was interrupted is finished by the next start', async () => {
  await writeAndStop(200);
  damage(home.database, 0, noise(100));
  const plan = await planRestore(home, () => undefined);
  if (plan.kind !== 'ready') throw new Error(plan.kind);
  // As killed right after the new file was ready.
  const made = `${home.database}.restoring`;
  renameSync(made, `${home.database}.restored`);
  db = await openHomeDatabase(home);
  expect(createEventStore(db).lastSeq()).toBe(200);
  expect(statSync(home.database).mode & 0o777).toBe(0o600);
});

test('where nothing can be read, nothing is changed', async () => {
  writeFileSync(home.database, 'no database, whatever its name says '.repeat(40));
  expect(await planRestore(home, () => undefined)).toMatchObject({ kind: 'nothing' });
  expect(readFileSync(home.database, 'utf8')).toContain('no database');
  expect(existsSync(`${home.database}.restoring`)).toBe(false);
});
