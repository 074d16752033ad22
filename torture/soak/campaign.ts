import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import type { Campaign, Findings, Orders, Row } from '../campaign.ts';
import { type FastApi, startFastApi } from './fast-api.ts';
import { isBusy, percentile, type Sample, whatGrew } from './flatness.ts';
import { type Measured, type SoakedProcess, startSoakedProcess } from './soaked-process.ts';
import { openTalkingSession } from './talking-session.ts';

interface Plan {
  exchanges: number;
  atOnce: number;
  /** After so many a session ends and another begins. */
  perSession: number;
  samples: number;
  /** How much faster the relay's wall clock runs. */
  speed: number;
}

const plans = {
  short: { exchanges: 240, atOnce: 4, perSession: 15, samples: 8, speed: 300 },
  long: { exchanges: 100_000, atOnce: 16, perSession: 250, samples: 100, speed: 300 },
} as const satisfies Record<Orders['size'], Plan>;

/** For a machine that others use too: after so long it is judged by what there is. */
const mostMs = Number(process.env.RELAY_SOAK_MINUTES ?? 'Infinity') * 60_000;

/** Each session a conversation of its own, small enough that summaries are made again and again. */
const config = `conversation:
  scope: session
  budgetTokens: 6000
  verbatimTurns: 4
budget:
  perDayUsd: null
  perSessionUsd: null
guards:
  exchangesWithoutOwner: null
  pingPongRepeats: null
faults:
  firstWaitSeconds: 0.05
  longestWaitSeconds: 1
`;

/** What a full log may hold (settings/logs.ts): five files of ten million bytes. */
const mostLogsMb = 52;

export const soak: Campaign = {
  name: 'soak',
  about: 'a hundred thousand exchanges: nothing grows that should not',
  async run(orders) {
    const home = mkdtempSync(path.join(tmpdir(), 'relay-soak-'));
    mkdirSync(path.join(home, 'queue'), { mode: 0o700 });
    mkdirSync(path.join(home, 'logs'), { mode: 0o700 });
    writeFileSync(path.join(home, 'config.yaml'), config);
    fillLog(home);
    const api = await startFastApi(orders.chance.branch());
    const plan = plans[orders.size];
    const relay = await startSoakedProcess(home, api.url, plan.speed);
    try {
      const findings = await soakIt({ orders, plan, home, api, relay });
      await relay.stop();
      return findings;
    } finally {
      relay.kill();
      api.close();
      rmSync(home, { recursive: true, force: true, maxRetries: 3 });
    }
  },
};

interface Soak {
  orders: Orders;
  plan: Plan;
  home: string;
  api: FastApi;
  relay: SoakedProcess;
}

async function soakIt({ orders, plan, home, api, relay }: Soak): Promise<Findings> {
  const samples: Sample[] = [];
  const rows: Row[] = [];
  const every = Math.floor(plan.exchanges / plan.samples);
  const startedAt = performance.now();
  const places = openPlaces(plan, home);
  let firstAt: number | undefined;
  let cpuBefore = (await relay.measure()).cpuMs;
  const isTime = () => performance.now() - startedAt < mostMs;
  for (let done = 0; done < plan.exchanges && isTime(); done += every) {
    const sliceAt = performance.now();
    const latencies = await places.converse(every);
    const perSecond = every / ((performance.now() - sliceAt) / 1000);
    const held = await relay.measure();
    firstAt ??= held.at;
    const cpuMs = (held.cpuMs - cpuBefore) / every;
    cpuBefore = held.cpuMs;
    const sample = { ...sampleOf(done + every, latencies, held, home), cpuMs };
    samples.push(sample);
    rows.push({ ...rounded(sample), 'exchanges/s': Math.round(perSecond) });
    const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
    const days = ((held.at - firstAt) / 86_400_000).toFixed(2);
    orders.say(`${minutes} min, ${days} days by its clock: ${JSON.stringify(rows.at(-1))}`);
  }
  places.close();
  orders.say(`answered: ${JSON.stringify(api.answered)}`);
  const leftOut =
    orders.size === 'long' && isBusy(samples)
      ? ['whether replies come as soon as at the beginning: others keep this machine busy']
      : [];
  const failures = [...whatGrew(samples, orders.size), ...judgeLogs(home)];
  return { rows: thinned(rows), failures, leftOut };
}

/** A number of places, at each of which one session speaks until it has said enough. */
function openPlaces({ atOnce, perSession }: Plan, home: string) {
  let sessions = 0;
  const open = () => {
    sessions += 1;
    return { session: openTalkingSession(home, `s${sessions}`), left: perSession };
  };
  const places = Array.from({ length: atOnce }, open);

  async function speak(place: number, mayGoOn: () => boolean, latencies: number[]): Promise<void> {
    while (mayGoOn()) {
      let here = places[place];
      if (!here || here.left === 0) {
        here?.session.close();
        here = open();
        places[place] = here;
      }
      here.left -= 1;
      latencies.push(await here.session.exchange());
    }
  }

  return {
    /** @returns how long each of `count` exchanges took */
    async converse(count: number): Promise<number[]> {
      const latencies: number[] = [];
      let left = count;
      const mayGoOn = () => left-- > 0;
      await Promise.all(places.map((_, place) => speak(place, mayGoOn, latencies)));
      return latencies;
    },
    close() {
      for (const { session } of places) session.close();
    },
  };
}

function sampleOf(
  exchanges: number,
  latencies: readonly number[],
  held: Measured,
  home: string,
): Omit<Sample, 'cpuMs'> {
  const { heapBytes, rssBytes, handles, timers, watches, listeners, seq } = held;
  const storeBytes = sizeOf(home, /^relay\.db(?:-wal)?$/);
  return {
    ...{ exchanges, handles, timers, watches, listeners },
    heapMb: heapBytes / 1e6,
    rssMb: rssBytes / 1e6,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    bytesPerEvent: storeBytes / Math.max(1, seq),
    logsMb: sizeOf(path.join(home, 'logs'), /\.log$/) / 1e6,
    load: (loadavg()[0] ?? 0) / availableParallelism(),
  };
}

function sizeOf(folder: string, names: RegExp): number {
  return readdirSync(folder)
    .filter((name) => names.test(name))
    .reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
}

const earlierLine = `${JSON.stringify({ level: 'info', msg: 'of an earlier life' })}\n`;

/** So near to full that it must begin anew, and old ones enough that the oldest must go. */
function fillLog(home: string): void {
  for (const name of ['relay.log', 'relay.1.log', 'relay.2.log', 'relay.3.log', 'relay.4.log']) {
    const text = earlierLine.repeat(Math.floor(9_999_900 / earlierLine.length));
    writeFileSync(path.join(home, 'logs', name), text, { mode: 0o600 });
  }
}

function judgeLogs(home: string): string[] {
  const folder = path.join(home, 'logs');
  const names = readdirSync(folder);
  const megabytes = sizeOf(folder, /./) / 1e6;
  const failures = [];
  if (names.length > 5) failures.push(`There should be five logs at most, and are ${names}.`);
  if (megabytes > mostLogsMb) failures.push(`The logs hold ${megabytes} MB.`);
  // By now it may be nearly full of this life.
  const log = readFileSync(path.join(folder, 'relay.log'), 'utf8');
  if (log.startsWith(earlierLine)) failures.push('The full log did not begin anew.');
  return failures;
}

function rounded(sample: Sample): Row {
  return Object.fromEntries(
    Object.entries(sample).map(([name, value]) => [name, Math.round(value * 10) / 10]),
  );
}

/** Ten lines tell as much as a hundred. */
function thinned(rows: readonly Row[]): Row[] {
  const step = Math.max(1, Math.floor(rows.length / 10));
  return rows.filter((_, index) => (index + 1) % step === 0);
}
