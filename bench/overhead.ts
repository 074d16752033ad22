import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { exchange, type Timing } from './exchange.ts';
import { type LeanApi, startLeanApi } from './lean-api.ts';
import { figureRow, type Measurement, type Row, type Run, ratioRow } from './measurement.ts';
import { percentile } from './percentile.ts';
import { type Carrier, relayEnvironment, startPlain, startRelay } from './programs.ts';
import { timeBareNode, timeStatus } from './status.ts';

const warmUps = 15;
const statusRuns = 9;
/** Between two exchanges: a session that takes its word does something before it speaks again. */
const pauseMs = 120;

type Timings = Record<Carrier['name'], Timing[]>;
/** Of each program's processor, milliseconds an exchange. */
type Processor = ReadonlyMap<Carrier['name'], number>;

/**
 * What an exchange costs beside the call, as a session and the API see it. All take turns.
 * `RELAY_BENCH_OTHER=<built checkout>` measures another version in the same run.
 */
export const overhead: Measurement = {
  name: 'overhead',
  about: 'an exchange beside its call, against the floor and a loop that looks once a second',
  sizes: { exchanges: 120, polled: 10 },
  async run({ size, say }) {
    const api = await startLeanApi();
    const otherRoot = process.env.RELAY_BENCH_OTHER;
    const carriers = await Promise.all([
      startRelay(api.url),
      startPlain('floor', api.url),
      startPlain('polling', api.url),
      ...(otherRoot ? [startRelay(api.url, otherRoot)] : []),
    ]);
    try {
      const { timings, processor } = await takeTurns(api, carriers, size);
      say('the command');
      const [relay] = carriers;
      const status = relay ? await timeStatuses(api, relay) : [];
      const rows = [...rowsOf(timings), ...processorRows(processor), ...status];
      return { rows, samples: timings };
    } finally {
      await Promise.all(carriers.map((carrier) => carrier.stop()));
      api.close();
    }
  },
};

async function takeTurns(
  api: LeanApi,
  carriers: readonly Carrier[],
  size: Run['size'],
): Promise<{ timings: Timings; processor: Processor }> {
  const timings: Timings = { relay: [], other: [], floor: [], polling: [], loop: [] };
  const [exchanges, polled] = [size('exchanges'), size('polled')];
  const pollsEvery = Math.max(1, Math.floor(exchanges / polled));
  let atStart = carriers.map(({ pid }) => processorMs(pid));
  for (let round = -warmUps; round < exchanges; round += 1) {
    if (round === 0) atStart = carriers.map(({ pid }) => processorMs(pid));
    for (const carrier of carriers) {
      // It takes half a second each time, and the reason for it is known.
      if (carrier.name === 'polling' && (round < 0 || round % pollsEvery !== 0)) continue;
      const timing = await exchange(carrier, api);
      if (round >= 0) timings[carrier.name].push(timing);
      await delay(pauseMs);
    }
  }
  const processor = new Map(
    carriers.map(({ name, pid }, at) => {
      const usedMs = processorMs(pid) - (atStart[at] ?? Number.NaN);
      return [name, usedMs / timings[name].length];
    }),
  );
  return { timings, processor };
}

/** What a busy machine does not add to: the wait for a processor is not in it. */
function processorRows(processor: Processor): Row[] {
  const floor = { name: 'floor', value: processor.get('floor') ?? Number.NaN };
  return (['relay', 'other'] as const).flatMap((name) => {
    const ms = processor.get(name);
    if (ms === undefined) return [];
    const what = `${name === 'other' ? 'other: ' : ''}processor time of an exchange`;
    return [ratioRow(what, 'ms', ms, floor)];
  });
}

/** Used so far by a process, as Linux counts it (in steps of 10 ms); not a number where it does not. */
function processorMs(pid: number): number {
  try {
    // After the name, which may hold anything: the 14th and 15th field of the line.
    const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    const fields = rest.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN;
  }
}

function rowsOf(timings: Timings): Row[] {
  const names: Carrier['name'][] = timings.other.length > 0 ? ['relay', 'other'] : ['relay'];
  const parts: [string, (timing: Timing) => number][] = [
    ['envelope -> request', (timing) => timing.toRequestMs],
    ['end of reply -> input.txt', (timing) => timing.toInputMs],
  ];
  const floor = names.flatMap((name) =>
    parts.flatMap(([part, of]) =>
      [0.5, 0.99].map((share) => {
        const at = (carrier: Carrier['name']) => percentile(timings[carrier].map(of), share);
        const what = `${name === 'other' ? 'other: ' : ''}${part}, p${share * 100}`;
        return ratioRow(
          what,
          'ms',
          at(name),
          { name: 'floor', value: at('floor') },
          share === 0.5 ? 2 : 4,
        );
      }),
    ),
  );
  const whole = ({ toRequestMs, toInputMs }: Timing) => toRequestMs + toInputMs;
  const median = (name: Carrier['name']) => percentile(timings[name].map(whole), 0.5);
  const polling = { name: 'loop of 1 s', value: median('polling') };
  return [...floor, ratioRow('both together, p50', 'ms', median('relay'), polling)];
}

/** `relay status --json` while an answer is streaming. */
async function timeStatuses(api: LeanApi, relay: Carrier): Promise<Row[]> {
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
  const row = figureRow(
    'relay status --json, streaming, p50',
    'ms',
    percentile(times.status, 0.5),
    100,
  );
  const bare = percentile(times.bare, 0.5);
  return [{ ...row, against: { name: 'bare Node', value: bare }, ratio: row.relay / bare }];
}
