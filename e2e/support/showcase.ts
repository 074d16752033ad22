import { existsSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, MessagesCall } from '#demo/messages-api.ts';
import type { EventType } from '#shared/events.ts';
import { ConversationId, SessionId } from '#shared/ids.ts';
import { askPermission } from './permission-hook.ts';
import type { RelayProcess } from './relay-process.ts';
import { type SeedSession, seedExchanges } from './seed-history.ts';
import { monthBefore } from './showcase-month.ts';

const projects = '/home/jc/work';

export const sessions = {
  apiServer: {
    ...{ id: 'api-server', title: 'api-server' },
    ...{ cwd: `${projects}/shop/api-server`, project: `${projects}/shop` },
  },
  parser: { id: 'parser', title: 'parser', cwd: `${projects}/parser` },
  docs: {
    ...{ id: 'docs', title: 'docs' },
    ...{ cwd: `${projects}/shop/docs`, project: `${projects}/shop` },
  },
  suite: { id: 'e2e-suite', title: 'e2e-suite', cwd: `${projects}/shop/e2e` },
  flaky: { id: 'flaky-test', title: 'flaky-test', cwd: `${projects}/checkout` },
  assets: { id: 'assets', title: 'assets', cwd: `${projects}/shop/assets` },
  oldBranch: { id: 'old-branch', title: 'old-branch', cwd: `${projects}/parser` },
  long: {
    id: '3f0c2f7e-8a51-4f7e-9d55-0b8b5e0f1c11',
    title:
      'Move the billing webhooks from the legacy gateway to the new event pipeline, step 3 of 9',
    cwd: `${projects}/billing-platform/services/webhooks/packages/legacy-gateway-adapter`,
  },
} satisfies Record<string, SeedSession>;

/** A month of work in a home that no relay holds yet. */
export function seedMonth(home: string): Promise<void> {
  const said = monthBefore(Date.now(), sessions);
  const { cwd: conversationId } = sessions.parser;
  return seedExchanges(home, Object.values(sessions), said, [
    { conversationId, exchanges: 14, text: parserSummary },
  ]);
}

const parserSummary = `- The tokenizer is split in two; string templates parse, nested ones too. The fuzzer ran 22 minutes without a find, its corpus is in \`test/corpus\`.
- The benchmark is 14 % faster than before: \`readRow\` copied each row twice.
- \`old-branch\` is merged, not rebased, since others have built on it.
- Open: errors with line, column and a caret; wide characters before the error.`;

const refactor = `All 42 tests pass. The parser now reads \`Result<T>\` instead of throwing:

\`\`\`ts
export function parse(source: string): Result<Tree> {
  const tokens = tokenize(source); // one pass, no look-ahead
  if (!tokens.ok) return tokens;
  return buildTree(tokens.value, { strict: true });
}
\`\`\`

Shall I refactor the **error messages** as well? They are spread over three files:

| file | messages |
| --- | ---: |
| \`src/lexer.ts\` | 12 |
| \`src/tree.ts\` | 7 |
| \`src/cli.ts\` | 4 |`;

const migration = `The migration is verified: all rows of \`orders_old\` are in \`orders\`.

\`\`\`text
orders_old   1204 rows
orders       1204 rows copied, 0 differ
\`\`\`

Next I would run \`DROP TABLE orders_old;\` in production.`;

const testRun = [
  'The suite is running. So far:',
  '',
  '```text',
  ...Array.from({ length: 34 }, (_, index) => `ok ${index + 1} - checkout step ${index + 1}`),
  '```',
].join('\n');

/** What the scripted supervisor says, by what it is asked. */
export function showcaseScript(call: MessagesCall): Answer | Promise<Answer> {
  const asked = call.lastText;
  const pace = { firstByteDelayMs: 20, chunkDelayMs: 1 };
  if (asked.includes('orders_old')) {
    return {
      ...pace,
      tool: 'escalate',
      input: {
        question: 'Drop the table orders_old in production? It still has 1,204 rows.',
        proposal: 'No. Rename it to orders_old_2026_11 and drop it in 30 days.',
        reasoning:
          'The migration is verified, but dropping cannot be undone and the last backup is from 02:00. A rename frees the name at once and costs nothing.',
      },
    };
  }
  if (asked.includes('rm -rf')) {
    return {
      ...pace,
      tool: 'escalate',
      input: {
        question: 'May it delete build/ and dist/ and rebuild from scratch?',
        proposal: 'Yes; both folders are in .gitignore.',
        reasoning: '',
      },
    };
  }
  if (asked.includes('flaky')) {
    return {
      ...pace,
      text: 'It says that it ran them 20 times. I run them myself before I believe it.',
      tool: 'bash',
      input: { command: 'for i in $(seq 20); do\n  npm test -- --shard checkout || exit 1\ndone' },
    };
  }
  if (asked.includes('checkout step')) {
    return {
      text:
        'Steps 1 to 34 are good. Before you go on:\n\n1. Run step 12 again with `--retries 0`; it passed only on the second try.\n2. ' +
        'Look at the trace of step 12 before you change it, and tell me what it waited for. '.repeat(
          30,
        ),
      // Long enough to be seen coming in for as long as pictures are taken.
      ...{ chunkDelayMs: 900, chunkChars: 8, firstByteDelayMs: 20 },
    };
  }
  if (asked.includes('three files')) {
    return {
      ...pace,
      text: `Yes, but keep the public API as it is.

1. First put all messages into \`src/messages.ts\`, without changing a word.
2. Run \`npm test\` and show me the diff of the snapshots.
3. Only then change the wording; one commit for each file.`,
    };
  }
  if (asked.includes('README')) {
    return {
      ...pace,
      text: 'The README is good. Add the two commands from `package.json` that are missing, then stop.',
    };
  }
  if (asked.includes('nothing left')) {
    return { ...pace, tool: 'finish', input: { reason: 'The branch is merged and CI is green.' } };
  }
  return { ...pace, text: 'Go on with the next step and show me the test output.' };
}

/** Plays today: sessions in every state, one question, one draft, one answer still coming in. */
export async function playToday(relay: RelayProcess): Promise<void> {
  const say = ({ id, title, cwd }: SeedSession, content: string) =>
    relay.drop({ session_id: id, title, cwd, content });
  const until = (type: EventType, session: SeedSession) => waitForEvent(relay, type, session);
  const take = async (session: SeedSession) => {
    const file = relay.inputFile(session.id);
    await waitUntil(() => existsSync(file), file);
    rmSync(file);
    await until('dispatch.claimed', session);
  };

  await describeParser(relay);
  const from = await lastSeq(relay);
  since = from;
  say(sessions.oldBranch, 'The branch is merged; there is nothing left to do here.');
  await until('exchange.closed', sessions.oldBranch);
  say(sessions.long, 'Step 2 is done. I start with the retries of the legacy gateway.');
  await take(sessions.long);
  say(sessions.parser, refactor);
  await take(sessions.parser);
  say(sessions.apiServer, migration);
  await until('item.opened', sessions.apiServer);
  const docs = SessionId.parse(sessions.docs.id);
  await relay.call('session.setAutonomy', { sessionId: docs, autonomy: 'draft' });
  say(sessions.docs, 'The README now has a quick start. Shall I also describe the release?');
  await until('item.opened', sessions.docs);
  say(sessions.flaky, 'The flaky test is fixed: it passed 20 times in a row. Shall I merge?');
  await until('item.opened', sessions.flaky);
  void askPermission(relay, sessions.assets, {
    command: 'rm -rf build/ dist/ && npm run assets -- --release',
    description: 'Build the assets from scratch',
  }); // answered by nobody
  await until('item.opened', sessions.assets);
  say(sessions.suite, testRun);
  await until('call.started', sessions.suite);
}

/** What is kept of a session, so that its details have something to show. */
async function describeParser(relay: RelayProcess): Promise<void> {
  const sessionId = SessionId.parse(sessions.parser.id);
  const conversationId = ConversationId.parse(sessions.parser.cwd);
  await relay.call('session.setBrief', {
    sessionId,
    text: 'Let parse() return a result instead of throwing, with errors that say line and column. The public API stays as it is but for that; done when all tests pass and the changelog says so.',
  });
  for (const text of [
    'The package is used by three teams; a change of the public API needs a major version.',
    'Fuzzing runs with `npm run fuzz -- --minutes 10`. Its corpus stays out of the package.',
  ]) {
    await relay.call('facts.pin', { conversationId, text });
  }
  await relay.call('session.setToolPolicy', { sessionId, tool: 'bash', policy: 'allow' });
}

/** Events up to here are of the month before. */
let since = 0;

async function lastSeq(relay: RelayProcess): Promise<number> {
  return (await relay.call('status', {})).seq;
}

async function waitForEvent(relay: RelayProcess, type: EventType, { id }: SeedSession) {
  await waitUntil(async () => {
    const { events } = await relay.call('events.after', { after: since });
    return events.some((event) => event.type === type && event.sessionId === id);
  }, `${type} of ${id}`);
}

async function waitUntil(look: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await look())) {
    if (Date.now() > deadline) throw new Error(`${what} did not come`);
    await delay(30);
  }
}
