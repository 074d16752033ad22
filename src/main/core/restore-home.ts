import { Settings } from '#shared/settings.ts';
import { createBus } from './engine/bus.ts';
import { createEngine } from './engine/engine.ts';
import { policyOf } from './relay-settings.ts';
import { homeAt } from './settings/home-paths.ts';
import { acquireLock } from './settings/lock.ts';
import type { EventStore } from './store/event-store.ts';
import { planRestore, type RestorePlan, type RestoreReport } from './store/restore.ts';
import { writeFaultSentence } from './store/write-fault.ts';

export type { RestoreReport } from './store/restore.ts';

export type PlannedRestore =
  | { ok: true; plan: RestorePlan; release(): void }
  /** In words for the owner. */
  | { ok: false; message: string };

/** Plans the restoring of a home's database; while that lasts, no relay can start on it. */
export async function planHomeRestore(root: string): Promise<PlannedRestore> {
  const home = homeAt(root);
  try {
    const lock = acquireLock(home, { host: 'headless' });
    if (!lock.ok) {
      const { pid, host } = lock.holder;
      const message = `A ${host} relay (process ${pid}) works on ${root}. Stop it first; what it holds, it still holds after that.`;
      return { ok: false, message };
    }
    try {
      return { ok: true, plan: await planRestore(home, record), release: lock.release };
    } catch (error) {
      lock.release();
      throw error;
    }
  } catch (error) {
    const isNoHome = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const why = isNoHome
      ? `There is no home at ${root}. Begin with: relay run`
      : writeFaultSentence(error);
    if (why === undefined) throw error;
    return { ok: false, message: why };
  }
}

function record(store: EventStore, { lost, backup: _backup, ...found }: RestoreReport): void {
  const bus = createBus(() => undefined);
  const policy = policyOf(Settings.parse({}));
  const engine = createEngine({ store, bus, policy: () => policy });
  const ranges = lost.map(([from, to]): [number, number] => [from, to]);
  engine.execute({ kind: 'recordRestore', ...found, lost: ranges });
}
