/**
 * `npm run bench`: how much the relay adds to what the machine needs anyway. Relay and floor take
 * turns, so that a busy machine slows both; what counts are the ratios of one run.
 * `RELAY_BENCH_EXCHANGES=300` for more samples, `RELAY_BENCH_OTHER=<built checkout>` to measure another
 * version in the same run. Prints one table and writes bench/results.json.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { exchange, type Timing } from './exchange.ts';
import { type LeanApi, startLeanApi } from './lean-api.ts';
import { percentile } from './percentile.ts';
import { type Carrier, relayEnvironment, startFloor, startRelay } from './programs.ts';
import { timeBareNode, timeStatus } from './status.ts';

const exchanges = Number(process.env.RELAY_BENCH_EXCHANGES ?? 120);
const warmUps = 15;
const statusRuns = 15;
/** Between two exchanges: a session that takes its word does something before it speaks again. */
const pauseMs = 120;

interface Row {
  what: string;
  relayMs: { p50: number; p99: number };
  floorMs: { p50: number; p99: number };
  ratio: { p50: number; p99: number };
  aim: string;
  isMet: boolean;
}

const api = await startLeanApi();
const relay = await startRelay(api.url);
const floor = await startFloor(api.url);
const otherRoot = process.env.RELAY_BENCH_OTHER;
const other = otherRoot ? await startRelay(api.url, otherRoot) : undefined;
try {
  const timings = await measureExchanges(api, other ? [relay, other, floor] : [relay, floor]);
  const status = await measureStatus(api, relay);
  const rows = [
    compare('envelope -> request', timings, 'toRequestMs'),
    compare('end of reply -> input.txt', timings, 'toInputMs'),
    ...(other
      ? [
          compare('other: envelope -> request', timings, 'toRequestMs', 'other'),
          compare('other: end -> input.txt', timings, 'toInputMs', 'other'),
        ]
      : []),
    status,
  ];
  const results = {
    at: new Date().toISOString(),
    node: process.version,
    cpus: cpus().map(({ model }) => model),
    exchanges,
    rows,
    samples: timings,
  };
  const file = join(import.meta.dirname, 'results.json');
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  console.log(`${tableOf(rows)}\n${exchanges} exchanges each, in turns; samples in ${file}`);
} finally {
  await Promise.all([relay.stop(), floor.stop(), other?.stop()]);
  api.close();
}

async function measureExchanges(
  api: LeanApi,
  carriers: readonly Carrier[],
): Promise<Record<Carrier['name'], Timing[]>> {
  const timings: Record<Carrier['name'], Timing[]> = { relay: [], other: [], floor: [] };
  for (let round = -warmUps; round < exchanges; round += 1) {
    for (const carrier of carriers) {
      const timing = await exchange(carrier, api);
      if (round >= 0) timings[carrier.name].push(timing);
      await delay(pauseMs);
    }
  }
  return timings;
}

/** `relay status --json` while an answer is streaming. */
async function measureStatus(api: LeanApi, relay: Carrier): Promise<Row> {
  const env = relayEnvironment(relay.home, api.url);
  let open = () => {};
  api.gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const arrived = api.nextArrival();
  const pending = exchange(relay, api);
  await arrived;
  const times: { status: number[]; bare: number[] } = { status: [], bare: [] };
  for (let run = -2; run < statusRuns; run += 1) {
    const [statusMs, bareMs] = [await timeStatus(env), await timeBareNode(env)];
    if (run < 0) continue;
    times.status.push(statusMs);
    times.bare.push(bareMs);
  }
  open();
  api.gate = undefined;
  await pending;
  const row = rowOf('relay status --json, streaming', times.status, times.bare);
  return { ...row, aim: '< 100 ms', isMet: row.relayMs.p50 < 100 };
}

function compare(
  what: string,
  timings: Record<Carrier['name'], Timing[]>,
  part: keyof Timing,
  name: Carrier['name'] = 'relay',
): Row {
  const of = (carrier: Carrier['name']) => timings[carrier].map((timing) => timing[part]);
  const row = rowOf(what, of(name), of('floor'));
  const isMet = row.ratio.p50 <= 2 && row.ratio.p99 <= 4;
  return { ...row, aim: '2x p50, 4x p99', isMet };
}

function rowOf(what: string, relay: readonly number[], floor: readonly number[]) {
  const at = (samples: readonly number[]) => ({
    p50: percentile(samples, 0.5),
    p99: percentile(samples, 0.99),
  });
  const [relayMs, floorMs] = [at(relay), at(floor)];
  const ratio = { p50: relayMs.p50 / floorMs.p50, p99: relayMs.p99 / floorMs.p99 };
  return { what, relayMs, floorMs, ratio };
}

function tableOf(rows: readonly Row[]): string {
  const pair = ({ p50, p99 }: { p50: number; p99: number }) =>
    `${p50.toFixed(1).padStart(6)} ${p99.toFixed(1).padStart(6)}`;
  const head = `${'milliseconds, p50 and p99'.padEnd(32)}${'relay'.padEnd(15)}${'floor'.padEnd(15)}${'ratio'.padEnd(15)}aim`;
  const lines = rows.map(
    ({ what, relayMs, floorMs, ratio, aim, isMet }) =>
      `${what.padEnd(31)}${pair(relayMs)}  ${pair(floorMs)}  ${pair(ratio)}  ${aim} ${isMet ? 'met' : 'MISSED'}`,
  );
  return [head, ...lines].join('\n');
}
