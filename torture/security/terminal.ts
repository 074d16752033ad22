import { execFile, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { startMessagesApi } from '#demo/messages-api.ts';
import type { Orders, Row } from '../campaign.ts';
import { becomes, type RelayRun, startRelayRun } from '../relay-run.ts';
import { corpus } from './corpus.ts';
import { attackLive, hostileAnswer, hostileConfig, seedHostileHome } from './hostile-home.ts';

const program = path.join(import.meta.dirname, '..', '..', 'src', 'main', 'cli', 'index.ts');
const deadlineMs = 60_000;

/** What is read at a terminal, each as people and as programs get it. */
const commands: readonly string[][] = [
  ...[['status'], ['inbox'], ['sessions'], ['cost'], ['doctor'], ['topic'], ['search', 'pwned']],
  ...[['memory', 'live-0'], ['memory', 'hostile-0'], ['drives'], ['request', 'x1']],
  // As Markdown it is what was said, exactly, unless it is read at a terminal.
  ['export', '--json'],
  ...[
    ['inbox', '--json'],
    ['sessions', '--json'],
    ['search', 'pwned', '--json'],
    ['status', '--json'],
  ],
];

/**
 * Everything that sessions, the supervisor and files can say, told by the command line: nothing of it
 * moves the cursor, sets a title, turns the text around or hides in it.
 */
export async function tryTerminal(orders: Orders): Promise<{ rows: Row[]; failures: string[] }> {
  const attacks = corpus('http://127.0.0.1:9');
  const api = await startMessagesApi({ script: (call) => hostileAnswer(call, attacks) });
  try {
    await using relay = await startRelayRun({
      config: hostileConfig(attacks),
      env: { ANTHROPIC_BASE_URL: api.url, ANTHROPIC_API_KEY: api.key },
    });
    // A home with a past, in the place of the empty one.
    await relay.end();
    for (const end of ['', '-wal', '-shm']) {
      rmSync(path.join(relay.home, `relay.db${end}`), { force: true });
    }
    await seedHostileHome(relay.home, attacks);
    await relay.start();
    const tail = openTail(relay);
    await attackLive(relay, attacks, orders.size === 'long' ? 177 : 16);
    await becomes(async () => (await relay.call('status', {})).inbox > 3, deadlineMs);
    const failures: string[] = [];
    for (const args of commands) {
      const said = await run(relay, args);
      failures.push(...tricksIn(said, `relay ${args.join(' ')}`));
    }
    failures.push(...tricksIn(tail.end(), 'relay tail'));
    orders.say(`terminal: ${commands.length + 1} commands, ${failures.length} failures`);
    const row = { part: 'terminal', tries: commands.length + 1, failures: failures.length };
    return { rows: [row], failures };
  } finally {
    await api.close();
  }
}

function tricksIn(said: string, where: string): string[] {
  // Line breaks, tabs and the joiner of emoji are nobody's trick.
  const found = /(?![\n\t\u200d])[\p{Cc}\p{Cf}]/u.exec(said);
  if (!found) return [];
  const around = JSON.stringify(said.slice(Math.max(0, found.index - 60), found.index + 40));
  const point = found[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  return [`${where} shows U+${point} as it is: ${around}.`];
}

function run(relay: RelayRun, args: readonly string[]): Promise<string> {
  const options = { env: relay.env, timeout: deadlineMs, maxBuffer: 256 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], options, (_, stdout, stderr) =>
      resolve(`${stdout}\n${stderr}`),
    );
  });
}

function openTail(relay: RelayRun) {
  const child = spawn(process.execPath, [program, 'tail'], {
    env: relay.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
  }
  return {
    end() {
      child.kill();
      return said;
    },
  };
}
