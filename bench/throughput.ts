import { gather } from './crowd.ts';
import { startLeanApi } from './lean-api.ts';
import { type Measurement, ratioRow } from './measurement.ts';
import { startPlain, startRelay } from './programs.ts';

const turns = 5;

/** Many sessions at once, with an API that answers at once. */
export const throughput: Measurement = {
  name: 'throughput',
  about: 'envelopes a second, against a loop without a store (envelopes=10000 for the long form)',
  sizes: { envelopes: 2000, sessions: 50 },
  async run({ size, say }) {
    const api = await startLeanApi({ restMs: 0 });
    // Each session is of a project of its own, so that none has to wait for another.
    const apart = { RELAY_CONVERSATION_SCOPE: 'session' };
    const carriers = await Promise.all([
      startRelay(api.url, undefined, apart),
      startPlain('loop', api.url),
    ]);
    const [relay, loop] = carriers.map((carrier) => gather(carrier, size('sessions')));
    if (!relay || !loop) throw new Error('both take part');
    try {
      await Promise.all([relay.speak(size('sessions')), loop.speak(size('sessions'))]);
      const each = Math.ceil(size('envelopes') / turns);
      const samples: { relayMs: number; loopMs: number }[] = [];
      for (let turn = 0; turn < turns; turn += 1) {
        const sample = { relayMs: await relay.speak(each), loopMs: await loop.speak(each) };
        samples.push(sample);
        say(
          `${each} envelopes: ${sample.relayMs.toFixed(0)} ms, loop ${sample.loopMs.toFixed(0)} ms`,
        );
      }
      const perEnvelope = (of: 'relayMs' | 'loopMs') =>
        samples.reduce((sum, sample) => sum + sample[of], 0) / (each * turns);
      const against = { name: 'loop without a store', value: perEnvelope('loopMs') };
      const what = `${each * turns} envelopes, ${size('sessions')} sessions, 0 ms API, each`;
      return { rows: [ratioRow(what, 'ms', perEnvelope('relayMs'), against)], samples };
    } finally {
      relay.stop();
      loop.stop();
      await Promise.all(carriers.map((carrier) => carrier.stop()));
      api.close();
    }
  },
};
