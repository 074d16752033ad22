import type { Campaign, Orders, Row } from '../campaign.ts';
import { damages } from './damages.ts';
import { isOrdinary } from './harmed-relay.ts';
import { type Harm, harms } from './harms.ts';
import { canMount } from './private-mounts.ts';
import { startTicketApi, type TicketApi } from './ticket-api.ts';
import { comeBack } from './when-damaged.ts';
import { mayAsk, sufferWhileWorking } from './while-working.ts';

/** Enough to tell that all of it works, in the time that a test may take. */
const inShort: ReadonlySet<string> = new Set([
  ...['full disk', 'no rights in the home', 'database locked', 'database deleted'],
  ...['ten spots overwritten'],
]);

export const disk: Campaign = {
  name: 'disk',
  about: 'the disk fails in every way it can: Relay says so, holds, goes on, and comes back',
  async run(orders) {
    const tickets = await startTicketApi();
    try {
      const tasks = tasksOf(orders, tickets);
      const rows: Row[] = [];
      const failures: string[] = [];
      const next = tasks.values();
      const worker = async () => {
        for (const task of next) {
          const startedAt = performance.now();
          const found = await task.run().catch((error: unknown) => ({
            failures: [`${task.name}: ${error instanceof Error ? error.message : String(error)}`],
            what: '',
          }));
          const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
          const held = found.failures.length === 0 ? 'held' : 'BROKEN';
          rows.push({ what: task.name, held, seconds, told: found.what });
          failures.push(...found.failures);
          orders.say(`${held.padEnd(6)} ${task.name} (${seconds} s) ${found.failures.join(' | ')}`);
        }
      };
      await Promise.all([worker(), worker(), worker()]);
      const leftOut = harms.flatMap((harm) => {
        const why = whyNot(harm);
        if (why !== undefined) return [`${harm.name}: ${why}`];
        return mayAsk(harm)
          ? []
          : [`${harm.name}: what it says meanwhile, which only root can ask`];
      });
      return { rows, failures, leftOut };
    } finally {
      await tickets.close();
    }
  },
};

interface Task {
  name: string;
  run(): Promise<{ failures: string[]; what: string }>;
}

function tasksOf({ size, chance }: Orders, tickets: TicketApi): Task[] {
  const isWanted = ({ name }: { name: string }) => size === 'long' || inShort.has(name);
  const suffered = harms
    .filter((harm) => isWanted(harm) && whyNot(harm) === undefined)
    .map((harm): Task => {
      const what = harm.says ? `${harm.isInInbox ? 'status, inbox' : 'status'}` : 'goes on';
      const run = async () => ({ failures: await sufferWhileWorking(harm, tickets), what });
      return { name: harm.name, run };
    });
  const rounds = size === 'long' ? 2 : 1;
  const restored = Array.from({ length: rounds }, () => damages.filter(isWanted)).flat();
  return [
    ...suffered,
    ...restored.map((damage): Task => {
      const own = chance.branch();
      return {
        name: damage.name,
        async run() {
          const { failures, report } = await comeBack(damage, tickets, own);
          return { failures, what: report ? told(report) : 'whole' };
        },
      };
    }),
  ];
}

/** What keeps a harm from being tried here; undefined where nothing does. */
function whyNot({ needs }: Harm): string | undefined {
  if (needs === 'mounts' && !canMount()) {
    return 'mounting needs root (disk.integration.test.ts does it with fault points)';
  }
  return needs === 'rights' && !isOrdinary ? 'the rights of files do not hold for root' : undefined;
}

function told(report: {
  salvaged: number;
  fromBackup: number;
  lost: [number, number][];
  endKnown: boolean;
}) {
  const lost = report.lost.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  const end = report.endKnown ? '' : ', end unknown';
  return `${report.salvaged} salvaged, ${report.fromBackup} from the backup, ${lost} lost${end}`;
}
