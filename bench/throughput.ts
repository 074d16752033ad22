import { gather } from './crowd.ts';
import { startLeanApi } from './lean-api.ts';
import { type Measurement, ratioRow } from './measurement.ts';
import { type Carrier, startPlain, startRelay } from './programs.ts';

const turns = 5;

/** Many sessions at once, with an API that answers at once. `RELAY_BENCH_OTHER` as in overhead. */
export const throughput: Measurement = {
  name: 'throughput',
  about: 'envelopes a second, against a loop without a store (envelopes=10000 for the long form)',
  sizes: { envelopes: 2000, sessions: 50 },
  async run({ size, say }) {
    const api = await startLeanApi({ restMs: 0 });
    // Each session is of a project of its own, so that none has to wait for another.
    const apart = { RELAY_CONVERSATION_SCOPE: 'session' };
    const otherRoot = process.env.RELAY_BENCH_OTHER;
    const carriers = await Promise.all([
      startRelay(api.url, undefined, apart),
      startPlain('loop', api.url),
      ...(otherRoot ? [startRelay(api.url, otherRoot, apart)] : []),
    ]);
    const sessions = size('sessions');
    const crowds = carriers.map((carrier) => ({
      name: carrier.name,
      crowd: gather(carrier, sessions),
      samples: [] as number[],
    }));
    try {
      await Promise.all(crowds.map(({ crowd }) => crowd.speak(sessions)));
      const each = Math.ceil(size('envelopes') / turns);
      for (let turn = 0; turn < turns; turn += 1) {
        for (const { crowd, samples } of crowds) samples.push(await crowd.speak(each));
        const told = crowds.map(({ name, samples }) => `${name} ${samples.at(-1)?.toFixed(0)} ms`);
        say(`${each} envelopes: ${told.join(', ')}`);
      }
      const perEnvelope = (which: Carrier['name']) => {
        const samples = crowds.find(({ name }) => name === which)?.samples ?? [];
        return samples.reduce((sum, ms) => sum + ms, 0) / (each * samples.length);
      };
      const against = { name: 'loop without a store', value: perEnvelope('loop') };
      const what = `${each * turns} envelopes, ${sessions} sessions, 0 ms API, each`;
      const rows = [ratioRow(what, 'ms', perEnvelope('relay'), against)];
      if (otherRoot) rows.push(ratioRow(`other: ${what}`, 'ms', perEnvelope('other'), against));
      return { rows, samples: crowds.map(({ name, samples }) => ({ name, samples })) };
    } finally {
      for (const { crowd } of crowds) crowd.stop();
      await Promise.all(carriers.map((carrier) => carrier.stop()));
      api.close();
    }
  },
};
