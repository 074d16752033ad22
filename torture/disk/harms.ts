import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { openDatabase } from '#core/store/database.ts';
import type { HarmedRelay } from './harmed-relay.ts';

/** Something that happens to the files of a relay at work, and how it is mended. */
export interface Harm {
  name: string;
  /** What not every machine and user has: mounts of one's own, a user that rights hold for. */
  needs?: 'mounts' | 'rights';
  /** Where the home has to lie on a disk of its own, of this size. */
  diskMegabytes?: number;
  /** @returns what mends it; undefined: Relay mends it by itself */
  harm(relay: HarmedRelay): Mend | undefined | Promise<Mend | undefined>;
  /** What the status must say while it lasts; undefined: nothing, since it goes on. */
  says: RegExp | undefined;
  /** Only root can reach the relay then, to ask it. */
  isShut?: boolean;
  /** An event can be written meanwhile, so it must be in the inbox. */
  isInInbox: boolean;
}

type Mend = () => void | Promise<void>;

const at = (relay: HarmedRelay, ...names: string[]) => path.join(relay.home, ...names);

/** Moves something out of the home, and back. */
function moveAway(relay: HarmedRelay, name: string): Mend {
  const away = at(relay, `.${path.basename(name)}.away`);
  renameSync(at(relay, name), away);
  return () => {
    rmSync(at(relay, name), { recursive: true, force: true });
    renameSync(away, at(relay, name));
  };
}

function takeRights(relay: HarmedRelay, name: string, mode: number): Mend {
  chmodSync(at(relay, name), 0o000);
  return () => chmodSync(at(relay, name), mode);
}

/** Writes until nothing more goes in. */
function fill(relay: HarmedRelay): Mend {
  const file = at(relay, 'ballast');
  const fd = openSync(file, 'w');
  for (const size of [65_536, 512, 1]) {
    try {
      for (;;) writeSync(fd, Buffer.alloc(size));
    } catch {
      // Not so much any more; now less.
    }
  }
  closeSync(fd);
  return () => rmSync(file);
}

/** Over it, since what is open for writing keeps a disk from being made read-only. */
function overmount(relay: HarmedRelay): Mend {
  relay.mounts?.run('mount', '--bind', relay.ownHome, relay.ownHome);
  relay.mounts?.run('mount', '-o', 'remount,ro,bind', relay.ownHome);
  return () => relay.mounts?.run('umount', relay.ownHome);
}

async function lock(relay: HarmedRelay): Promise<Mend> {
  const db = await openDatabase(at(relay, 'relay.db'));
  db.exec('BEGIN EXCLUSIVE');
  return () => {
    db.exec('ROLLBACK');
    db.close();
    for (const name of readdirSync(relay.home)) {
      if (name.startsWith('relay.db')) relay.own(at(relay, name));
    }
  };
}

const isHeld = { isInInbox: false } as const;
const isTold = { isInInbox: true } as const;
const notAFolder = /is not a folder any more/;
const noRights = /may not write in its home/;

export const harms: readonly Harm[] = [
  {
    name: 'full disk',
    needs: 'mounts',
    diskMegabytes: 24,
    harm: fill,
    says: /disk is full/,
    ...isHeld,
  },
  {
    name: 'read-only home',
    needs: 'mounts',
    harm: overmount,
    says: /home is read-only/,
    ...isHeld,
  },
  {
    name: 'queue removed',
    harm(relay) {
      rmSync(at(relay, 'queue'), { recursive: true });
      return undefined;
    },
    says: undefined,
    ...isHeld,
  },
  {
    name: 'queue replaced by a file',
    harm(relay) {
      const back = moveAway(relay, 'queue');
      writeFileSync(at(relay, 'queue'), '');
      return back;
    },
    says: notAFolder,
    ...isTold,
  },
  {
    name: 'queue a link to nowhere',
    harm(relay) {
      const back = moveAway(relay, 'queue');
      symlinkSync('/nowhere/at/all', at(relay, 'queue'));
      return back;
    },
    says: notAFolder,
    ...isTold,
  },
  {
    name: 'queue a link to another folder',
    harm(relay) {
      moveAway(relay, 'queue');
      symlinkSync('.queue.away', at(relay, 'queue'));
      return undefined;
    },
    says: undefined,
    ...isHeld,
  },
  {
    name: 'dispatch removed',
    harm(relay) {
      rmSync(at(relay, 'dispatch'), { recursive: true });
      return undefined;
    },
    says: undefined,
    ...isHeld,
  },
  {
    name: 'dispatch replaced by a file',
    harm(relay) {
      const back = moveAway(relay, 'dispatch');
      writeFileSync(at(relay, 'dispatch'), '');
      return back;
    },
    says: notAFolder,
    ...isTold,
  },
  {
    name: 'dispatch moved away, another made',
    harm(relay) {
      renameSync(at(relay, 'dispatch'), at(relay, '.dispatch.old'));
      mkdirSync(at(relay, 'dispatch'), { mode: 0o700 });
      relay.own(at(relay, 'dispatch'));
      return undefined;
    },
    says: undefined,
    ...isHeld,
  },
  {
    name: "a session's folder replaced by a file",
    harm(relay) {
      const back = moveAway(relay, 'dispatch/lying');
      writeFileSync(at(relay, 'dispatch', 'lying'), '');
      return back;
    },
    says: /should not be there|is not a folder/,
    ...isTold,
  },
  ...(['queue', 'dispatch'] as const).map((name) => ({
    name: `no rights in ${name}`,
    needs: 'rights' as const,
    harm: (relay: HarmedRelay) => takeRights(relay, name, 0o700),
    says: noRights,
    ...isTold,
  })),
  {
    name: 'no rights in the home',
    needs: 'rights',
    harm: (relay) => takeRights(relay, '.', 0o700),
    isShut: true,
    says: noRights,
    ...isHeld,
  },
  {
    name: 'no rights in state',
    needs: 'rights',
    harm: (relay) => takeRights(relay, 'state', 0o700),
    says: undefined,
    ...isHeld,
  },
  {
    name: 'logs replaced by a file',
    harm(relay) {
      const back = moveAway(relay, 'logs');
      writeFileSync(at(relay, 'logs'), '');
      return back;
    },
    says: undefined,
    ...isHeld,
  },
  { name: 'database locked', harm: lock, says: /Another program holds/, ...isHeld },
  {
    name: 'database moved away for a moment',
    harm: (relay) => moveAway(relay, 'relay.db'),
    says: /deleted or moved away/,
    ...isHeld,
  },
  {
    name: 'database deleted',
    harm(relay) {
      rmSync(at(relay, 'relay.db'));
      return undefined;
    },
    says: undefined,
    ...isHeld,
  },
  {
    name: 'log of the database deleted',
    harm(relay) {
      rmSync(at(relay, 'relay.db-wal'));
      return undefined;
    },
    says: undefined,
    ...isHeld,
  },
  {
    name: 'home moved away',
    harm(relay) {
      const away = path.join(relay.aside, 'relay');
      renameSync(relay.home, away);
      return () => renameSync(away, relay.home);
    },
    // Nobody can ask it: its socket went along.
    says: undefined,
    ...isHeld,
  },
  ...([1, -1] as const).map((direction) => ({
    name: direction > 0 ? 'clock a day ahead' : 'clock a day back',
    harm(relay: HarmedRelay) {
      relay.jumpClock(direction * 86_400_000);
      return () => relay.jumpClock(0);
    },
    says: undefined,
    ...isHeld,
  })),
];
