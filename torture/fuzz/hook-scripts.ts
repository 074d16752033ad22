import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { installHooks } from '#core/claude-code/install-hooks.ts';
import { removeAlive, writeAlive } from '#core/claude-code/liveness.ts';
import { parseEnvelope } from '#core/intake/envelope.ts';
import type { Orders, Row } from '../campaign.ts';
import { envelopes } from './envelope-target.ts';
import { mutationsOf } from './mutations.ts';

const resources = path.join(import.meta.dirname, '..', '..', 'resources');
const deadlineMs = 20_000;
const runsOf = { short: 9, long: 1_000 };

interface HookRun {
  script: string;
  stdin: Buffer;
  env: Record<string, string>;
  isRelayThere: boolean;
  /** Lies ready for the session; null: nothing does. */
  reply: Buffer | null;
}

/** What Claude Code would never set, and what somebody might. */
const oddValue = fc.constantFrom(
  ...[
    '',
    '..',
    '.',
    '../../x',
    '/etc/passwd',
    '-rf',
    '*',
    '$(touch pwned)',
    '`touch pwned`',
    'a b',
  ],
  ...['x\ny', "'; touch pwned; '", '"', '\\', 'x'.repeat(129), 'é', '-1', '0', '1', '999999999'],
  ...['%s%n', '$x', '|touch pwned', '\u001b[31m'],
);
const stdin = fc.oneof(
  { weight: 4, arbitrary: mutationsOf(envelopes.samples) },
  { weight: 2, arbitrary: envelopes.generated },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.constantFrom('', '{', '\n', '\0').map((text) => Buffer.from(text)) },
);

const hookRun: fc.Arbitrary<HookRun> = fc
  .record({
    script: fc.constantFrom(
      'stop.sh',
      'prompt.sh',
      'start.sh',
      'event.sh',
      'wake.sh',
      'permission.sh',
    ),
    stdin,
    session: fc.oneof({ weight: 3, arbitrary: fc.constant('s-1') }, oddValue),
    claudePid: fc.oneof({ weight: 2, arbitrary: fc.constant(`${process.pid}`) }, oddValue),
    more: fc.dictionary(
      fc.constantFrom(
        ...['CLAUDE_PLUGIN_ROOT', 'CLAUDE_PROJECT_DIR', 'CLAUDE_CONFIG_DIR', 'RELAY_HOOKS', 'IFS'],
        ...[
          'CLAUDE_CODE_SESSION_ATTENDED',
          'CLAUDE_CODE_ENTRYPOINT',
          'RELAY_RESUME',
          'ENV',
          'LANG',
        ],
      ),
      oddValue,
      { maxKeys: 3 },
    ),
    isRelayThere: fc.boolean(),
    reply: fc.option(
      fc.uint8Array({ minLength: 1, maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
    ),
  })
  .map(({ session, claudePid, more, ...run }) => ({
    ...run,
    // Nobody would ever answer: it ends when it sees that its Claude Code is not there.
    env: {
      ...more,
      CLAUDE_CODE_SESSION_ID: session,
      CLAUDE_PID:
        run.reply && session === 's-1' && run.script !== 'permission.sh' ? claudePid : 'none',
    },
  }));

/**
 * The hook scripts in the real shell, for any stdin and any environment: they end with 0 (2 where a
 * reply is handed over), say nothing but JSON of their own making, and touch nothing but their home.
 */
export async function fuzzHooks({
  seed,
  size,
  say,
}: Orders): Promise<{ row: Row; failures: string[] }> {
  const failures: string[] = [];
  let runs = 0;
  const names = ['home', "o'neil $(touch pwned) `x`", 'two\nlines "q" \\'];
  for (const [index, name] of names.entries()) {
    const folder = mkdtempSync(path.join(tmpdir(), 'relay-torture-'));
    try {
      const home = path.join(folder, name);
      const result = await fc.check(
        fc.asyncProperty(hookRun, async (run) => {
          runs += 1;
          const problems = await runHook(folder, home, run);
          if (problems.length > 0) throw new Error(problems.join(' '));
        }),
        {
          seed: seed + index,
          numRuns: Math.round(runsOf[size] / names.length),
          endOnFailure: size === 'short',
        },
      );
      if (!result.failed) continue;
      const why = result.errorInstance instanceof Error ? result.errorInstance.message : 'failed';
      const smallest = result.counterexample?.[0];
      const shown = smallest && {
        ...smallest,
        stdin: smallest.stdin.subarray(0, 200).toString('latin1'),
      };
      failures.push(
        `hooks in ${JSON.stringify(name)}: ${why} Seed ${seed + index}, path ${result.counterexamplePath}: ${JSON.stringify(shown)}`,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  }
  say(`hooks: ${runs} runs, ${failures.length} failures`);
  return { row: { part: 'hook scripts', inputs: runs, failures: failures.length }, failures };
}

async function runHook(folder: string, home: string, run: HookRun): Promise<string[]> {
  rmSync(home, { recursive: true, force: true });
  for (const place of ['queue', 'dispatch/s-1', 'state']) {
    mkdirSync(path.join(home, place), { recursive: true });
  }
  const elsewhere = path.join(folder, 'elsewhere');
  mkdirSync(elsewhere, { recursive: true });
  installHooks(home, resources);
  if (run.isRelayThere) writeAlive(home);
  else removeAlive(home);
  if (run.reply) writeFileSync(path.join(home, 'dispatch', 's-1', 'input.txt'), run.reply);
  const before = listing(folder);
  const { code, stdout } = await carryOut(home, elsewhere, run);
  return [...judge(run, code, stdout), ...judgeFiles(folder, home, before, run)];
}

async function carryOut(home: string, cwd: string, { script, stdin: input, env }: HookRun) {
  const child = spawn(path.join(home, 'hooks', script), ['end'], {
    cwd,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: cwd, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const cut = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
  const stdout: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => stdout.push(piece));
  child.stderr.resume();
  child.stdin.on('error', () => {}); // one that has nothing to do does not read
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  clearTimeout(cut);
  return { code: code as number | null, stdout: Buffer.concat(stdout).toString('utf8') };
}

function judge({ script, reply }: HookRun, code: number | null, stdout: string): string[] {
  const problems: string[] = [];
  const mayHandOver = reply !== null && (script === 'stop.sh' || script === 'wake.sh');
  if (code === null) problems.push(`${script} did not end.`);
  else if (code !== 0 && !(code === 2 && mayHandOver))
    problems.push(`${script} ended with ${code}.`);
  if (stdout === '') return problems;
  const keys = keysOf(stdout);
  if (keys !== 'hookSpecificOutput' && keys !== 'systemMessage') {
    problems.push(`${script} said ${JSON.stringify(stdout.slice(0, 200))}.`);
  }
  return problems;
}

function keysOf(json: string): string {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? Object.keys(value).join() : '';
  } catch {
    return '';
  }
}

const mayBeThere =
  /^(?:queue\/\.?\d+-(?:stop|prompt|start|end|permission)-\d+(?:\.json)?|dispatch\/s-1(?:\/.*)?|state\/(?:wake|waiting)(?:\/[\w.-]{1,128})?)$/;

function judgeFiles(
  folder: string,
  home: string,
  before: ReadonlySet<string>,
  run: HookRun,
): string[] {
  const problems: string[] = [];
  const root = `${path.relative(folder, home)}/`;
  for (const file of listing(folder)) {
    if (before.has(file)) continue;
    if (!file.startsWith(root) || !mayBeThere.test(file.slice(root.length))) {
      problems.push(`${run.script} made ${JSON.stringify(file)}.`);
    }
  }
  for (const name of readdirSync(path.join(home, 'queue'))) {
    const file = path.join(home, 'queue', name);
    if (name.startsWith('.')) problems.push(`${run.script} left ${name}.`);
    if ((statSync(file).mode & 0o077) !== 0) problems.push(`${name} can be read by others.`);
    // What came in comes out, after what the hook puts in front.
    const bytes = readFileSync(file);
    parseEnvelope(bytes, name);
    const rest = run.stdin.subarray(1);
    if (!bytes.subarray(bytes.length - rest.length).equals(rest)) problems.push('It is not whole.');
  }
  return problems;
}

function listing(folder: string): Set<string> {
  return new Set(readdirSync(folder, { recursive: true, encoding: 'utf8' }));
}
