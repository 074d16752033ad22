/**
 * Everything that must pass, in one verb: `npm test`, or some parts of it: `npm test -- lint unit`.
 * Goes on after a failure, and closes with `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findBrowser, whyNoBrowser } from '../e2e/support/browser.ts';

const root = join(import.meta.dirname, '..');
const reportDir = join(root, '.cache', 'test-results');

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface Part {
  name: string;
  run: () => Counts;
}

/** Runs a command of node_modules/.bin (or Node itself) with its output passed on. */
function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): boolean {
  const file = command === 'node' ? process.execPath : join(root, 'node_modules', '.bin', command);
  const result = spawnSync(file, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (result.error) console.error(result.error.message);
  return result.status === 0;
}

/** A check that holds or does not counts as one. */
function check(name: string, command: string, ...args: string[]): Part {
  return {
    name,
    run: () => {
      const isGood = run(command, args);
      return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: 0 };
    },
  };
}

/** A project of vitest.config.ts, counted by its own report. */
function vitest(project: string): Part {
  return {
    name: project,
    run: () => {
      const report = join(reportDir, `${project}.json`);
      rmSync(report, { force: true });
      const isGood = run('vitest', [
        'run',
        ...['--project', project],
        ...['--reporter', 'default', '--reporter', 'json', '--outputFile.json', report],
      ]);
      const counts = readReport(report);
      // A file that does not load, or a crash, fails no single test but fails all the same.
      if (!isGood && counts.failed === 0) counts.failed = 1;
      return counts;
    },
  };
}

/** The specs of e2e/, by Playwright's own runner. */
function playwright(): Part {
  return {
    name: 'e2e',
    run: () => {
      if (findBrowser() === undefined)
        console.warn(`The browser specs are skipped: ${whyNoBrowser}`);
      const report = join(reportDir, 'e2e.json');
      rmSync(report, { force: true });
      const isGood = run(
        'playwright',
        ['test', '--config', 'e2e/playwright.config.ts', '--reporter', 'list,json'],
        { PLAYWRIGHT_JSON_OUTPUT_FILE: report },
      );
      const counts = readSpecReport(report);
      if (!isGood && counts.failed === 0) counts.failed = 1;
      return counts;
    },
  };
}

const unreadable: Counts = { passed: 0, failed: 1, skipped: 0 };

function readReport(path: string): Counts {
  const count = counterOf(readJson(path));
  if (!count) return { ...unreadable };
  return {
    passed: count('numPassedTests'),
    failed: count('numFailedTests'),
    skipped: count('numPendingTests') + count('numTodoTests'),
  };
}

/** A spec that passes at the second try only has failed. */
function readSpecReport(path: string): Counts {
  const report = readJson(path);
  const count = counterOf(isRecord(report) ? report.stats : undefined);
  if (!count) return { ...unreadable };
  return {
    passed: count('expected'),
    failed: count('unexpected') + count('flaky'),
    skipped: count('skipped'),
  };
}

function counterOf(report: unknown): ((key: string) => number) | undefined {
  return isRecord(report) ? (key) => Number(report[key] ?? 0) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

const allParts: Part[] = [
  check('lint', 'biome', 'check', '--error-on-warnings', '.'),
  check('types', 'tsc', '--build'),
  check('imports', 'node', 'scripts/check-imports.ts'),
  check('unused', 'knip'),
  check('build', 'electron-vite', 'build', '--logLevel', 'warn'),
  vitest('unit'),
  vitest('integration'),
  playwright(),
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !allParts.some((part) => part.name === name));
if (unknown.length > 0) {
  const known = allParts.map(({ name }) => name).join(', ');
  console.error(`There is no part ${unknown.join(', ')}; there are ${known}.`);
  process.exit(2);
}
mkdirSync(reportDir, { recursive: true });

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const summary: string[] = [];
for (const part of allParts.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  console.log(`\n== ${part.name}`);
  const startedMs = performance.now();
  const counts = part.run();
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += counts[key];
  const verdict = counts.failed === 0 ? 'good  ' : 'FAILED';
  summary.push(`${verdict}  ${part.name.padEnd(12)} ${counted(counts).padEnd(36)} ${seconds} s`);
}
console.log(`\n${summary.join('\n')}\n\n${counted(total)}`);
process.exit(total.failed === 0 ? 0 : 1);

function counted({ passed, failed, skipped }: Counts): string {
  const rest = skipped > 0 ? `, ${skipped} skipped` : '';
  return `${passed} passed, ${failed} failed${rest}`;
}
