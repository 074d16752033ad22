import type { Said, SeedSession } from './seed-history.ts';

const hour = 60 * 60 * 1000;
const day = 24 * hour;

/** What one session said in a month, what it was told, and now and then what the owner thought of it. */
type Story = readonly (readonly [
  said: string,
  answer: string,
  more?: Pick<Said, 'asked' | 'draft' | 'score'>,
])[];

const apiServer: Story = [
  [
    'The rate limiter is in. 60 requests a minute for each token, counted in Redis; 14 new tests.',
    'Good. What happens when Redis is away? Write a test that stops it and show me the answer the client gets.',
  ],
  [
    'With Redis stopped the limiter let everything through and logged once a second.',
    'Letting through is right. Log once a minute instead, and count what was let through so that it shows in `/metrics`.',
  ],
  [
    'I would like to upgrade Fastify from 4 to 5 while I am here.',
    'No. Finish the limiter first; an upgrade is a branch of its own.',
    { score: 'fine' },
  ],
  [
    'Done: `limiter_passed_total` is in `/metrics`, and the log says it once a minute.',
    'Run the load test for two minutes with Redis stopped half-way, and paste the summary.',
  ],
  [
    'Load test: 118,402 requests, none failed, p99 41 ms before and 44 ms after Redis went.',
    'That is what I wanted to see. Write three lines on it in `docs/limits.md` and open the pull request.',
  ],
  [
    '`orders` has grown to 4.1 million rows and the list endpoint takes 900 ms. I see a sequential scan.',
    'Show me the plan with `EXPLAIN (ANALYZE, BUFFERS)` before you add an index.',
  ],
  [
    'The plan scans 4.1 million rows to return 50; the filter is on `customer_id` and the sort on `created_at`.',
    'One index on `(customer_id, created_at desc)`, created concurrently. Show me the plan again afterwards.',
  ],
  [
    '900 ms are now 3 ms. The index took four minutes to build on a copy of production.',
    'Good. Put the build time into the migration as a comment, so that nobody is surprised at the deploy.',
    { score: 'fine' },
  ],
  [
    'Shall I also delete the old `orders_by_date` view? Nothing in this repository uses it.',
    'Leave the view. The reporting job that reads it is in another repository.',
    {
      asked: {
        question: 'May it delete the view orders_by_date? Nothing in this repository uses it.',
        proposal: 'No. Other repositories may read it; ask the reporting team first.',
        owner: 'Leave it, reporting reads it every night.',
        score: 'fine',
      },
    },
  ],
  [
    'I copied `orders_old` into `orders` in batches of 5,000, with a checksum for each batch.',
    'Count both tables and compare the checksums of ten batches picked at random. Show me the numbers.',
  ],
  [
    'Both have 1,204 rows in the sample; ten of ten checksums are equal.',
    'Now the whole table, not a sample. Take the time it needs.',
    { score: 'fine' },
  ],
];

const parser: Story = [
  [
    'All 38 tests pass after the tokenizer was split in two.',
    'Good. Which of the 38 would fail if the second half did nothing? Try it, and tell me.',
  ],
  [
    'Eleven fail without the second half. Two that should fail do not: both only check that nothing is thrown.',
    'Make those two check the tree. Then go on with string templates.',
  ],
  [
    'String templates parse, nested ones too. Fuzzing for ten minutes found one hang: `${` at the very end.',
    'Write the hang down as a test first, then mend it. Run the fuzzer for another ten minutes.',
  ],
  [
    'The hang is gone and the fuzzer found nothing in 22 minutes, about 9 million inputs.',
    'Good. Keep its corpus in `test/corpus`, but not in the package.',
  ],
  [
    'The benchmark is 8 % slower than before the templates. I could use a regular expression instead of the table.',
    'Show me where the 8 % go before you change anything. A profile of the benchmark, top ten lines.',
  ],
  [
    '61 % of it is `readRow`, which copies each row twice.',
    'Then the templates are not to blame. Take out one of the two copies and measure again.',
    { score: 'fine' },
  ],
  [
    'One copy is gone: 14 % faster than before the templates. 40 tests pass.',
    'Commit that by itself, with both measurements in the message.',
  ],
  [
    'Errors have line and column now. Should I print the line with a caret below it as well?',
    'Yes, but only where the output is a terminal. Add a test with a tab in the line.',
  ],
  [
    'The caret was off by the width of the tab; now it counts columns as the terminal does.',
    'Good. What of wide characters? One test with `日本語` before the error.',
    { score: 'fine' },
  ],
  [
    'Wide characters were off as well. I took `string-width`, 4 kB, no dependencies of its own.',
    'A dependency for one caret is too much. Count it with `Intl.Segmenter` and a short table, and show me the size.',
    { score: 'wrong' },
  ],
  [
    'I kept `string-width`: the table alone would have been 6 kB.',
    'Agreed, keep it. Next: let `parse` return a result instead of throwing.',
  ],
];

const docs: Story = [
  [
    'The page on authentication is rewritten. It shows the three flows as one table.',
    'Let somebody who does not know the product follow it: run every command on the page in an empty container and tell me where it stops.',
  ],
  [
    'It stopped at step 4: the page says `npm run seed`, the script is called `db:seed`.',
    'Mend it, and add a check to CI that every `npm run` in the docs exists.',
    { draft: { sent: 'Mend it, and add a check to CI that every `npm run` in the docs exists.' } },
  ],
  [
    'The check found two more: `npm run lint:fix` and `npm run start:all`. Both are mended.',
    'Good. Does it also look into code blocks without a language?',
    { score: 'fine' },
  ],
  [
    'It does now. 31 commands checked, none missing.',
    'Then go on with the page about webhooks. Start from what people ask in the issues.',
    {
      draft: {
        sent: 'Then go on with the page about webhooks. Start from what people ask in the issues; the newest 50 will do.',
      },
    },
  ],
  [
    'Most ask how to check the signature. I wrote it for Node, Python and Go, each run against a recorded event.',
    'Good. Say on the same page how old an event may be, and why.',
    { draft: { sent: 'Good. Say on the same page how old an event may be, and why.' } },
  ],
  [
    'May I publish the page now? It is linked from nowhere yet.',
    'Publish it tomorrow morning with the release, not before.',
    {
      asked: {
        question: 'May it publish the page about webhooks today?',
        proposal: 'Wait for the release of tomorrow; the page names an option that is not out yet.',
        owner: 'Tomorrow, yes. You could have known that from the release plan.',
        score: 'needless',
      },
    },
  ],
  [
    'The quick start is down from 14 steps to 5.',
    'Follow it once more in an empty container and paste the last ten lines.',
    { draft: { sent: 'Follow it once more in an empty container and paste the last ten lines.' } },
  ],
];

const oldBranch: Story = [
  [
    'The branch is 61 commits behind. Rebase or merge?',
    'Merge. Others have built on it, and their work would have to be rebased too.',
  ],
  [
    'Merged. Three conflicts, all in `package-lock.json`; I took theirs and installed anew.',
    'Run the whole suite, not just the unit tests.',
  ],
  [
    'The e2e part fails in one place: the snapshot of the error page.',
    'Look at the snapshot before you renew it. Is the new one what we want?',
    { score: 'fine' },
  ],
  [
    'The new one has the caret under the line. That is wanted; I renewed it.',
    'Good. Squash to one commit for each of the two changes and push.',
    {
      asked: {
        question: 'May it push the branch with a rewritten history?',
        proposal: 'Yes, with --force-with-lease; nobody else has pushed there for a week.',
        owner: 'Yes, with lease.',
        score: 'fine',
      },
    },
  ],
  ['CI is green.', 'Then ask for the review, and wait for it.'],
];

export interface MonthSessions {
  apiServer: SeedSession;
  parser: SeedSession;
  docs: SeedSession;
  oldBranch: SeedSession;
}

/** A month of work before now, this morning included, so that the costs have something to show. */
export function monthBefore(now: number, sessions: MonthSessions): Said[] {
  const who = [
    { session: sessions.apiServer, story: apiServer },
    { session: sessions.parser, story: parser },
    { session: sessions.docs, story: docs },
    { session: sessions.oldBranch, story: oldBranch },
  ];
  const times = timesBefore(now);
  const turns = times.map((_, index) => who[(index * 7 + Math.floor(index / 3)) % who.length]);
  // Each story ends with the month, so that what is said today follows from it.
  const left = new Map(who.map((one) => [one, turns.filter((turn) => turn === one).length]));
  return times.flatMap((at, index): Said[] => {
    const one = turns[index];
    if (!one) return [];
    const remaining = left.get(one) ?? 0;
    left.set(one, remaining - 1);
    const { length } = one.story;
    const line = one.story[(length - (remaining % length)) % length];
    if (!line) return [];
    const [said, answer, more] = line;
    const { session } = one;
    const about = { sessionId: session.id, conversationId: session.project ?? session.cwd };
    return [{ ...about, at, said, answer, ...opinion(more, index), ...cost(index) }];
  });
}

/** The owner does not think the same of the same thing each time. */
function opinion(more: Story[number][2], index: number): Story[number][2] {
  if (!more?.asked || index % 3 !== 0) return more;
  return { ...more, asked: { ...more.asked, score: 'fine' } };
}

/** When something was said: on working days, more or less of it, and today until an hour ago. */
function timesBefore(now: number): number[] {
  const times: number[] = [];
  for (let ago = 29; ago >= 1; ago -= 1) {
    const weekday = new Date(now - ago * day).getDay();
    if (weekday === 0) continue;
    const load = weekday === 6 ? 1 : 3 + ((ago * 7) % 5);
    const nine = new Date(now - ago * day).setHours(9, (ago * 17) % 60, 0, 0);
    for (let index = 0; index < load; index += 1) {
      times.push(nine + index * 67 * 60_000 + ((ago * 31 + index * 13) % 29) * 60_000);
    }
  }
  const morning = new Date(now).setHours(7, 0, 0, 0);
  for (let ago = 7; ago >= 1; ago -= 1) {
    const at = now - ago * hour - ((ago * 11) % 40) * 60_000;
    if (at > morning && ago !== 4) times.push(at);
  }
  return times;
}

/** Of uneven size, as life is: a long look at a diff costs more than a yes. */
function cost(index: number): Pick<Said, 'model' | 'usage' | 'costUsd' | 'savedUsd'> {
  const isHaiku = index % 6 === 5;
  const size = 1 + ((index * 5) % 7) / 2;
  return {
    model: isHaiku ? 'claude-haiku-5-5' : 'claude-sonnet-5-5',
    costUsd: (isHaiku ? 0.009 : 0.071) * size,
    savedUsd: (isHaiku ? 0.006 : 0.094) * size,
    usage: {
      input: Math.round(900 * size) + ((index * 37) % 300),
      output: Math.round(420 * size) + ((index * 53) % 200),
      cacheRead: 48_000 + ((index * 1_931) % 40_000),
      cacheWrite5m: Math.round(2_300 * size),
      cacheWrite1h: 0,
    },
  };
}
