import { createHash, randomBytes } from 'node:crypto';
import type { SessionId } from '#shared/ids.ts';
import type { ToolPlace } from '../tool.ts';
import { endMarked } from './marked-processes.ts';
import { type CommandEnd, type CommandOrder, type Shell, startShell } from './shell.ts';
import { createWatchdog } from './watchdog.ts';

export interface ShellsOptions {
  /** Of the relay; there is one relay to a home, so its leftovers can be told from others'. */
  home: string;
  env: NodeJS.ProcessEnv;
  mostProcesses?: number;
  graceMs?: number;
}

/** The shells of the sessions, one each, started when first needed. */
export interface Shells {
  /** A shell that has ended is replaced by the next command. */
  run(place: ToolPlace, order: CommandOrder): Promise<CommandEnd>;
  /** Ends what a relay that was killed has left behind in this home. */
  sweep(): Promise<void>;
  end(): Promise<void>;
}

/** The one that has been idle for longest makes room. */
const mostShells = 16;

/** What the marks of all shells of a home begin with. */
export function shellMarkOf(home: string): string {
  return `relay-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`;
}

export function createShells(options: ShellsOptions): Shells {
  const { home, env, mostProcesses = 512, graceMs = 1_000 } = options;
  const homeMark = shellMarkOf(home);
  const ownMark = `${homeMark}-${randomBytes(6).toString('hex')}-`;
  const watchdog = createWatchdog(ownMark);
  // In the order in which they were last used.
  const shells = new Map<SessionId, Shell>();
  let started = 0;

  async function shellOf({ sessionId, cwd }: ToolPlace): Promise<Shell> {
    const known = shells.get(sessionId);
    shells.delete(sessionId);
    if (known?.isAlive) {
      shells.set(sessionId, known);
      return known;
    }
    const [oldest] = shells;
    if (oldest && shells.size >= mostShells) {
      shells.delete(oldest[0]);
      await oldest[1].end();
    }
    watchdog.ensure();
    started += 1;
    const mark = `${ownMark}${started}.`;
    const shell = startShell({ cwd, env, mark, mostProcesses, graceMs });
    shells.set(sessionId, shell);
    return shell;
  }

  return {
    async run(place, order) {
      const shell = await shellOf(place);
      return shell.run(order);
    },
    sweep: () => endMarked(`${homeMark}-`),
    async end() {
      await Promise.all([...shells.values()].map((shell) => shell.end()));
      shells.clear();
      watchdog.release();
    },
  };
}
