import { defaultLimits } from '../src/main/core/conversation/limits.ts';
import { planViewport } from '../src/main/core/conversation/viewport.ts';
import { loadState } from '../src/main/core/engine/snapshot.ts';
import { statsOf } from '../src/main/core/rpc/score-calls.ts';
import { costRows, costSummary, sessionSummaries } from '../src/main/core/rpc/views.ts';
import { growthStore, placeOf, probed } from './growth-store.ts';
import { conversationOf, type History, sessionOf } from './history.ts';
import { type Measurement, type Row, ratioRow } from './measurement.ts';
import { percentile } from './percentile.ts';
import { chanceFrom } from './words.ts';

const aim = 1.5;
/** What these show is longer where there is more, up to 50 matches or 30 days of sessions (the list of
 * sessions and the state without such a bound): measured so that it is known how much longer. */
const growing = [
  'four searches, rare words',
  'cost rows of 30 days',
  'list of sessions',
  'state at a start',
];
const systemText = 'Answer in the owner’s stead. '.repeat(200);
/** As many as are shown are in every store. */
const common = ['the', 'th', 'session', 'the session'];
/** A longer history has more of these to show. */
const rare = ['rebuild', 'parse_config', 'conf', 'viewport budget'];

/** What is timed: once a round on each store in turn. `chance` is the same for every store. */
type Probe = (history: History, chance: () => number) => unknown;

const pageOfSession: Probe = (history, chance) => {
  const exchanges = Math.floor(history.store.lastSeq() / 11) - 50;
  const { session } = placeOf(Math.floor(chance() * exchanges));
  history.store.page({ sessionId: sessionOf(session), limit: 50 });
};
const pageOfEverything: Probe = (history, chance) => {
  const before = 100 + Math.floor(chance() * (history.store.lastSeq() - 100));
  history.store.page({ before, limit: 50 });
};

const probes: Readonly<Record<string, Probe>> = {
  'append an exchange': (history) => history.exchange({ session: 'tail', project: 'tail' }),
  'window and viewport': (history) => {
    const exchangeId = [...history.engine.state.exchanges.keys()].at(-1) ?? null;
    const { entries, summary } = history.queries.window(conversationOf(probed.project), exchangeId);
    const plan = planViewport({ entries, summary, systemText, limits: defaultLimits });
    if (plan.kind !== 'send') throw new Error(`nothing would be sent: ${plan.kind}`);
  },
  // The chance of a round is the same each time, so these are the same pages: no longer on the disk or
  // in the system's cache but in SQLite's own, which leaves what the query itself costs.
  'page of a session': pageOfSession,
  'page of a session, again': pageOfSession,
  'page of everything': pageOfEverything,
  'page of everything, again': pageOfEverything,
  'four searches, a page full': (history) => search(history, common),
  'four searches, rare words': (history) => search(history, rare),
  'cost totals': (history) => costSummary(history.engine.state, history.queries, history.now),
  'cost rows of 30 days': (history) => costRows(history.queries, history.now),
  'decision totals': (history) => statsOf(history.queries.outcomes.totals()),
  'list of sessions': (history) => sessionSummaries(history.engine.state, history.queries),
  'state at a start': (history) => loadState(history.store),
};

/** How much slower a long history makes what the relay does all day. */
export const growth: Measurement = {
  name: 'growth',
  about:
    'what grows with the history: stores of three sizes, built at the first run (some minutes)',
  sizes: { small: 1000, middle: 100_000, large: 1_000_000, rounds: 60 },
  async run({ size, say }) {
    const endAt = Date.now();
    const histories: History[] = [];
    try {
      for (const which of ['small', 'middle', 'large']) {
        histories.push(await growthStore(size(which), endAt, say));
      }
      for (const history of histories) {
        if (history.engine.state.exchanges.size === 0) history.open(probed);
        history.engine.saveSnapshot();
      }
      const samples = timeInTurns(histories, size('rounds'));
      return { rows: rowsOf(samples, [size('small'), size('middle'), size('large')]), samples };
    } finally {
      for (const history of histories) history.close();
    }
  },
};

function search({ queries }: History, texts: readonly string[]): void {
  for (const text of texts) queries.search({ text, limit: 50 });
}

/** By probe, then by store: milliseconds of each round. */
type Samples = Record<string, number[][]>;

function timeInTurns(histories: readonly History[], rounds: number): Samples {
  const samples: Samples = {};
  for (const [name, probe] of Object.entries(probes)) {
    const times: number[][] = histories.map(() => []);
    for (let round = -5; round < rounds; round += 1) {
      for (const [index, history] of histories.entries()) {
        const chance = chanceFrom(1000 + round);
        const from = performance.now();
        probe(history, chance);
        if (round >= 0) times[index]?.push(performance.now() - from);
      }
    }
    samples[name] = times;
  }
  return samples;
}

function rowsOf(samples: Samples, sizes: readonly number[]): Row[] {
  const words = (events = 0) => events.toLocaleString('en-US');
  return Object.entries(samples).flatMap(([name, times]) => {
    const medians = times.map((values) => percentile(values, 0.5));
    const [small = Number.NaN, ...larger] = medians;
    const against = { name: words(sizes[0]), value: small };
    return larger.map((value, index) =>
      ratioRow(
        `${name}, ${words(sizes[index + 1])}`,
        'ms',
        value,
        against,
        growing.includes(name) ? undefined : aim,
      ),
    );
  });
}
