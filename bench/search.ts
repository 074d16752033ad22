/**
 * `node bench/search.ts [events]`: how long a search takes over a long history, by what is typed. The
 * texts are pieces of this checkout's own sources and documents, so words are as common as in life.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NewEvent } from '#shared/events.ts';
import type { ConversationId, SessionId } from '#shared/ids.ts';
import { openDatabase } from '../src/main/core/store/database.ts';
import { createEventStore } from '../src/main/core/store/event-store.ts';
import { createQueries } from '../src/main/core/store/queries.ts';
import { percentile } from './percentile.ts';

const count = Number(process.argv[2] ?? 100_000);
const batchSize = 5000;
const runs = 9;
const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'relay-bench-search-'));
const file = join(folder, 'relay.db');
const db = await openDatabase(file);
const megabytes = (path: string) => `${Math.round(statSync(path).size / 1e6)} MB`;
try {
  const store = createEventStore(db);
  const startedAt = performance.now();
  const events = history();
  for (let at = 0; at < count; at += batchSize) {
    store.transaction(() => store.append(batchOf(events)), 'soon');
  }
  db.pragma('wal_checkpoint(TRUNCATE)');
  const perEvent = ((performance.now() - startedAt) / count).toFixed(3);
  console.log(`${count} events, ${megabytes(file)}, ${perEvent} ms to store each`);
  const { search } = createQueries(db);
  // A literal that fits its brand.
  const sessionId = 'session-7' as SessionId;
  const typed = ['zebraquux', 'th', 'the', 'session', 'the session', 'parse_config', 'conf'];
  for (const text of typed) {
    for (const only of [undefined, sessionId]) {
      const times = Array.from({ length: runs }, () => {
        const from = performance.now();
        search({ text, sessionId: only, limit: 50 });
        return performance.now() - from;
      });
      const [p50, most] = [percentile(times, 0.5), Math.max(...times)];
      const what = `${text}${only ? ` in ${only}` : ''}`.padEnd(28);
      console.log(`${what} p50 ${p50.toFixed(1).padStart(6)} ms, most ${most.toFixed(1)} ms`);
    }
  }
} finally {
  db.close();
  rmSync(folder, { recursive: true, force: true });
}

function batchOf(events: Generator<NewEvent>): NewEvent[] {
  return Array.from({ length: batchSize }, () => events.next().value);
}

/** The same at every run. */
function* history(): Generator<NewEvent, never> {
  const names = execFileSync('git', ['ls-files', '*.md', '*.ts', '*.tsx'], { cwd: root });
  const files = names.toString().trim().split('\n');
  const text = files.map((name) => readFileSync(join(root, name), 'utf8')).join('\n');
  let seed = 12_345;
  const chance = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
  for (let n = 0; ; n += 1) {
    const at = Math.floor(chance() * (text.length - 2000));
    const said = text.slice(at, at + 100 + Math.floor(chance() * chance() * 1500));
    // Literals that fit their brands.
    const sessionId = `session-${n % 50}` as SessionId;
    const conversationId = `project-${n % 7}` as ConversationId;
    const needle = n === 777 ? ' zebraquux' : '';
    const payload = { author: 'session', text: said + needle, via: null } as const;
    yield { type: 'user_message', sessionId, conversationId, payload };
  }
}
