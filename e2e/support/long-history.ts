import type { Said, SeedSession } from './seed-history.ts';
import { seedExchanges } from './seed-history.ts';

/** What whole exchanges leave in the store, each. */
const eventsEach = 11;
const secondsEach = 5;

export const longSession: SeedSession = {
  id: 'long-haul',
  title: 'long-haul',
  cwd: '/home/jc/work/long-haul',
};
/** Said once, near the beginning. */
export const needle = 'The submarine cable is yellow';
/** Said last. */
export const lastReply = 'That was the last step of all.';

const sentences = [
  'All tests pass.',
  'The parser takes the new grammar now; two cases are left, both about comments.',
  'I ran it again with 20 workers and saw one lock timeout after 90 s.',
  'Shall I go on with the migration?',
  'The profile says that 61 % of the time is spent in `readRow`, which copies each row twice.',
];

/** About `count` events, most of them of one session, in a home that no relay holds yet. */
export function seedLongHistory(home: string, count: number): Promise<void> {
  const exchanges = Math.ceil(count / eventsEach);
  const from = Date.now() - exchanges * secondsEach * 1000;
  const side = Array.from({ length: 20 }, (_, index) => ({
    ...{ id: `side-${index}`, title: `side-${index}`, cwd: longSession.cwd },
  }));
  const said = Array.from({ length: exchanges }, (_, index): Said => {
    const isLast = index === exchanges - 1;
    const isAside = index % 10 === 5 && !isLast;
    return {
      sessionId: (isAside && side[index % side.length]?.id) || longSession.id,
      conversationId: longSession.cwd,
      at: from + index * secondsEach * 1000,
      said: saidIn(index),
      answer: isLast
        ? lastReply
        : `Good. Go on with step ${index + 1}, and show me what it prints.`,
    };
  });
  return seedExchanges(home, [longSession, ...side], said);
}

/** Of uneven length, as life is: rows of one line and rows of twenty. */
function saidIn(step: number): string {
  if (step === 41) return `Step 41. ${needle}.`;
  const text = Array.from(
    { length: 1 + (step % 4) },
    (_, index) => sentences[(step + index) % sentences.length],
  ).join(' ');
  const list = Array.from({ length: step % 7 }, (_, index) => `- point ${index + 1}`).join('\n');
  const code =
    step % 9 === 0 ? `\n\n\`\`\`ts\nexport const step = ${step};\nrun(step);\n\`\`\`` : '';
  return `Step ${step}. ${text}\n\n${list}${code}`;
}
