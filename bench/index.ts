/**
 * `npm run bench -- [name ...] [size=number ...]`: how good Relay is, as ratios measured in one run, so
 * that a busy machine slows both sides. Prints one table and writes bench/results.json, where what was
 * measured before stays beside it.
 * `--list` says what there is.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Measurement, Result } from './measurement.ts';
import { measurements } from './measurements.ts';
import { tableOf } from './table.ts';
import { endWithKeeper, isKept, runTidily } from './tidy.ts';

/** One measurement as bench/results.json keeps it. */
interface Part {
  name: string;
  at: string;
  seconds: number;
  loadAverage: number[];
  sizes: object;
  result: Result;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { list: { type: 'boolean', default: false } },
});
const names = positionals.filter((word) => !word.includes('='));
const asked = new Map(
  positionals
    .filter((word) => word.includes('='))
    .map((word): [string, number] => {
      const [name = '', value] = word.split('=');
      return [name, Number(value)];
    }),
);
const chosen = measurements.filter(({ name }) => names.length === 0 || names.includes(name));
const problem = problemOf();
if (values.list || problem) {
  if (problem) console.error(problem);
  console.error('Usage: npm run bench -- [name ...] [size=number ...]');
  for (const { name, about, sizes } of measurements) {
    console.error(`  ${name.padEnd(11)} ${about}`);
    for (const [size, value] of Object.entries(sizes))
      console.error(`  ${''.padEnd(13)}${size}=${value}`);
  }
  process.exit(problem ? 2 : 0);
}

// Whatever happens to it, a run leaves no process and no folder behind.
if (!isKept()) process.exit(await runTidily(process.argv.slice(1)));
endWithKeeper();

const startedAt = Date.now();
const parts: Part[] = [];
for (const measurement of chosen) {
  const from = performance.now();
  const at = new Date().toISOString();
  const { name } = measurement;
  const sizes = sizesOf(measurement);
  const say = (line: string) => console.error(`${name}: ${line}`);
  const size = (which: string) => {
    const value = sizes[which];
    if (value === undefined) throw new Error(`${name} has no size ${which}`);
    return value;
  };
  const result = await measurement.run({ size, say });
  const seconds = (performance.now() - from) / 1000;
  say(`took ${seconds.toFixed(0)} s`);
  parts.push({ name, at, seconds, loadAverage: loadavg(), sizes, result });
}

const file = join(import.meta.dirname, 'results.json');
const about = {
  node: process.version,
  cpus: cpus().map(({ model }) => model),
  memoryBytes: totalmem(),
};
const known = measurements.flatMap(({ name }) => {
  const part = parts.find((one) => one.name === name) ?? partsBefore(file).get(name);
  return part ? [part] : [];
});
writeFileSync(file, `${JSON.stringify({ ...about, parts: known }, null, 2)}\n`);
const rows = parts.flatMap(({ result }) => result.rows);
const missed = rows.filter(({ aim }) => aim?.isMet === false).length;
const aims = rows.filter(({ aim }) => aim !== null).length;
console.log(tableOf(rows));
console.log(
  `${aims - missed} of ${aims} aims met, ${missed} missed, in ${((Date.now() - startedAt) / 1000).toFixed(0)} s; ` +
    `load ${loadavg()[0]?.toFixed(1)}; samples in ${file}`,
);

function partsBefore(results: string): Map<string, Part> {
  if (!existsSync(results)) return new Map();
  // Written by this program.
  const { parts: before } = JSON.parse(readFileSync(results, 'utf8')) as { parts: Part[] };
  return new Map(before.map((part) => [part.name, part]));
}

function sizesOf({ sizes }: Measurement): Record<string, number> {
  return Object.fromEntries(
    Object.entries(sizes).map(([name, value]) => [name, asked.get(name) ?? value]),
  );
}

function problemOf(): string | undefined {
  const unknown = names.find((name) => !measurements.some((one) => one.name === name));
  if (unknown !== undefined) return `There is no measurement "${unknown}".`;
  for (const [name, value] of asked) {
    if (!chosen.some(({ sizes }) => name in sizes)) return `There is no size "${name}".`;
    if (!Number.isSafeInteger(value) || value < 1) return `"${name}" needs a whole number.`;
  }
  return undefined;
}
