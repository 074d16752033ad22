/**
 * `npm run torture -- <campaign> [--seed N] [--short]`: tries to break Relay, closes with a table and
 * with how to repeat the run; exits 1 when something did not hold, 2 on wrong usage.
 */
import { parseArgs } from 'node:util';
import { campaigns } from './campaigns.ts';
import { chanceFrom } from './chance.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, short: { type: 'boolean', default: false } },
});
const campaign = campaigns.find(({ name }) => name === positionals[0]);
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
if (!campaign || positionals.length !== 1 || !Number.isSafeInteger(seed)) {
  console.error('Usage: npm run torture -- <campaign> [--seed N] [--short]');
  for (const { name, about } of campaigns) console.error(`  ${name.padEnd(10)} ${about}`);
  process.exit(2);
}

const startedMs = performance.now();
const {
  rows,
  failures,
  leftOut = [],
} = await campaign.run({
  seed,
  size: values.short ? 'short' : 'long',
  chance: chanceFrom(seed),
  say: (line) => console.log(line),
});
const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
console.table(rows);
for (const one of leftOut) console.error(`LEFT OUT: ${one}`);
for (const failure of failures) console.error(`BROKEN: ${failure}`);
const size = values.short ? ' --short' : '';
console.log(
  `${campaign.name}: ${failures.length === 0 ? 'held' : `${failures.length} broken`} in ${seconds} s. ` +
    `Again: npm run torture -- ${campaign.name} --seed ${seed}${size}`,
);
process.exit(failures.length === 0 ? 0 : 1);
