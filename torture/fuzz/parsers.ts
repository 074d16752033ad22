import fc from 'fast-check';
import type { Orders, Row } from '../campaign.ts';
import { claudeLines, claudeSettings, commands } from './claude-code-targets.ts';
import { envelopes } from './envelope-target.ts';
import { inTime, TookTooLong } from './in-time.ts';
import { mutationsOf } from './mutations.ts';
import { ownerInput, phoneWords, searchText } from './owner-targets.ts';
import type { Given, Look, ParserTarget } from './parser-target.ts';
import { config, dotEnv, secretsLine } from './settings-targets.ts';

const targets: readonly ParserTarget[] = [
  ...[envelopes, ownerInput, phoneWords, searchText, config, dotEnv, secretsLine],
  ...[claudeSettings, claudeLines, commands],
];
const roundsOf = { short: 1, long: 40 };
const inputsPerRound = { short: 40, long: 300 };
/** Inputs that brought something new, beside the samples. */
const mostKept = 300;
/** Of different kinds, for each parser. */
const mostFailures = 8;
/** Each may take until it is ended: then what is small enough by now is told as it is. */
const mostSlow = 4;

/** Every parser in this process, each input under a limit of time. */
export function fuzzParsers({ seed, size, say }: Orders): { rows: Row[]; failures: string[] } {
  const rows: Row[] = [];
  const failures: string[] = [];
  for (const target of targets) {
    const found = fuzzOne(target, seed, size);
    rows.push(found.row);
    failures.push(...found.failures);
    say(`${target.name}: ${found.row.inputs} inputs, ${found.failures.length} failures`);
  }
  return { rows, failures };
}

function fuzzOne(target: ParserTarget, seed: number, size: Orders['size']) {
  const kept: Buffer[] = [];
  const outcomes = new Set<string>();
  const known = new Set<string>();
  const failures: string[] = [];
  let inputs = 0;
  let slow = 0;

  function look(given: Given): Look {
    inputs += 1;
    try {
      return inTime(() => target.look(given));
    } catch (error) {
      if (error instanceof TookTooLong) slow += 1;
      const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      return { problems: [`Threw ${what.slice(0, 160)}`], outcome: 'threw' };
    }
  }

  for (let round = 0; round < roundsOf[size] && failures.length < mostFailures; round += 1) {
    const roundSeed = seed + round;
    slow = 0;
    const result = fc.check(
      fc.property(givenTo(target, [...target.samples, ...kept]), (given) => {
        if (slow >= mostSlow) return;
        const { problems, outcome } = look(given);
        const fresh = problems.filter((problem) => !known.has(kindOf(problem)));
        if (fresh.length > 0) throw new Error(fresh[0]);
        if (outcomes.has(outcome) || given.bytes.length > 5_000) return;
        outcomes.add(outcome);
        if (kept.length < mostKept) kept.push(given.bytes);
      }),
      { seed: roundSeed, numRuns: inputsPerRound[size] },
    );
    if (!result.failed) continue;
    const why = result.errorInstance instanceof Error ? result.errorInstance.message : 'failed';
    // The next rounds look for others.
    known.add(kindOf(why));
    const smallest = result.counterexample?.[0];
    failures.push(
      `${target.name}: ${why} Seed ${roundSeed}, path ${result.counterexamplePath}: ${smallest ? printed(smallest) : ''}`,
    );
  }
  const row: Row = { part: target.name, inputs, kinds: outcomes.size, failures: failures.length };
  return { row, failures };
}

function givenTo(target: ParserTarget, samples: readonly Buffer[]): fc.Arbitrary<Given> {
  return fc.record({
    bytes: fc.oneof(
      { weight: 6, arbitrary: mutationsOf(samples) },
      { weight: 3, arbitrary: target.generated },
      {
        weight: 1,
        arbitrary: fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
      },
    ),
    choice: fc.nat({ max: 9_999 }),
    value: fc.oneof(
      fc.jsonValue(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom<unknown>('high', 7, 0.5, true, null, 'https://x.example', '# x', 'a: b'),
    ),
  });
}

const kindOf = (problem: string): string => problem.replace(/[\d"].*$/s, '').slice(0, 60);

function printed({ bytes, choice, value }: Given): string {
  const start = JSON.stringify(bytes.subarray(0, 160).toString('latin1'));
  const more = JSON.stringify({ choice, value }).slice(0, 200);
  return `${bytes.length} bytes ${start}, ${more}`;
}
