import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabaseToRead } from '../src/main/core/store/database.ts';
import { gather } from './crowd.ts';
import { startLeanApi } from './lean-api.ts';
import { figureRow, type Measurement, type Row } from './measurement.ts';
import { percentile } from './percentile.ts';
import { relayEnvironment, startRelay } from './programs.ts';
import { timeBareNode } from './status.ts';

const starts = 5;
const sessions = 10;

/** What the relay takes of the machine. `RELAY_BENCH_OTHER` as in overhead. */
export const footprint: Measurement = {
  name: 'footprint',
  about:
    'start to ready, memory at rest and after some exchanges, bytes on disk (served=100000 is the soak)',
  sizes: { served: 500 },
  async run({ size, say }) {
    const api = await startLeanApi({ restMs: 0 });
    const otherRoot = process.env.RELAY_BENCH_OTHER;
    try {
      const rows: Row[] = [];
      for (const root of [undefined, ...(otherRoot ? [otherRoot] : [])]) {
        const started = await timeStarts(api.url, root);
        say(`${size('served')} exchanges`);
        const used = await use(api.url, size('served'), root);
        const prefix = root ? 'other: ' : '';
        rows.push(...[started, ...used].map((row) => ({ ...row, what: `${prefix}${row.what}` })));
      }
      return { rows };
    } finally {
      api.close();
    }
  },
};

/** From the start of the process until its control socket is there, in a home of its own each time. */
async function timeStarts(apiUrl: string, root: string | undefined): Promise<Row> {
  const times: { relay: number[]; bare: number[] } = { relay: [], bare: [] };
  for (let n = 0; n < starts; n += 1) {
    const from = performance.now();
    const relay = await startRelay(apiUrl, root);
    times.relay.push(performance.now() - from);
    await relay.stop();
    times.bare.push(await timeBareNode(relayEnvironment(relay.home, apiUrl)));
  }
  const row = figureRow('start to ready, first run', 'ms', percentile(times.relay, 0.5));
  const bare = percentile(times.bare, 0.5);
  return { ...row, against: { name: 'bare Node', value: bare }, ratio: row.relay / bare };
}

async function use(apiUrl: string, exchanges: number, root: string | undefined): Promise<Row[]> {
  const relay = await startRelay(apiUrl, root, { RELAY_CONVERSATION_SCOPE: 'session' });
  const crowd = gather(relay, sessions);
  try {
    const atRest = residentMegabytes(relay.pid);
    await crowd.speak(exchanges);
    const after = residentMegabytes(relay.pid);
    const file = join(relay.home, 'relay.db');
    const db = await openDatabaseToRead(file);
    const events = db.prepare('SELECT count(*) FROM events').pluck().get();
    db.close();
    const bytes = statSync(file).size + statSync(`${file}-wal`).size;
    return [
      figureRow('memory at rest', 'MB', atRest),
      figureRow(`memory after ${exchanges} exchanges`, 'MB', after),
      figureRow(`on disk, ${events} events, each`, 'bytes', bytes / Number(events)),
    ];
  } finally {
    crowd.stop();
    await relay.stop();
  }
}

/** Of a process, as Linux counts it; not a number where it does not. */
function residentMegabytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(status.match(/^VmRSS:\s+(\d+)/m)?.[1]) / 1000;
  } catch {
    return Number.NaN;
  }
}
