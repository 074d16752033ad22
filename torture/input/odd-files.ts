import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import type { RelayEvent } from '#shared/events.ts';
import { becomes, type RelayRun } from '../relay-run.ts';

interface OddFile {
  /** Puts it there; false where this machine cannot. */
  make(file: string, beside: string): boolean | undefined;
  isAccepted: boolean;
}

const mib = 1024 * 1024;
const good = (content: string) => JSON.stringify({ session_id: 'odd', content });
const rejected = (make: OddFile['make']): OddFile => ({ make, isAccepted: false });
const accepted = (make: OddFile['make']): OddFile => ({ make, isAccepted: true });
const did = (act: () => unknown): true => {
  act();
  return true;
};

/** A file of a size; filled, so that reading it would take what it says. */
function fill(file: string, sizeBytes: number, start: string): void {
  const fd = openSync(file, 'w');
  writeSync(fd, start);
  const chunk = Buffer.alloc(mib, 'x');
  for (let left = sizeBytes - start.length; left > 0; left -= chunk.length) {
    writeSync(fd, chunk, 0, Math.min(left, chunk.length));
  }
  closeSync(fd);
}

function envelopeOf(sizeBytes: number): string {
  const start = '{"session_id":"odd","content":"';
  return `${start}${'x'.repeat(sizeBytes - start.length - 2)}"}`;
}

/** What can lie in a folder besides files as one knows them. */
const oddFiles: Record<string, OddFile> = {
  'link-to-envelope': rejected((file, beside) => {
    writeFileSync(`${beside}.target`, good('behind a link'));
    return did(() => symlinkSync(`${beside}.target`, file));
  }),
  'link-to-nowhere': rejected((file) => did(() => symlinkSync('/nowhere/at/all', file))),
  'link-to-itself': rejected((file) => did(() => symlinkSync(path.basename(file), file))),
  'link-to-folder': rejected((file) => did(() => symlinkSync('/', file))),
  'link-to-device': rejected((file) => did(() => symlinkSync('/dev/zero', file))),
  'hard-link': accepted((file, beside) => {
    writeFileSync(`${beside}.twin`, good('a hard link'));
    return did(() => linkSync(`${beside}.twin`, file));
  }),
  pipe: rejected((file) => did(() => execFileSync('mkfifo', [file]))),
  device: rejected((file) => {
    // Only root may.
    if (process.getuid?.() !== 0) return false;
    return did(() => execFileSync('mknod', [file, 'c', '1', '5']));
  }),
  folder: rejected((file) => did(() => mkdirSync(file))),
  'full-folder': rejected((file) => {
    mkdirSync(file);
    return did(() => writeFileSync(path.join(file, 'inner.json'), good('inside')));
  }),
  empty: rejected((file) => did(() => writeFileSync(file, ''))),
  '50-mb': rejected((file) => did(() => fill(file, 50 * mib, '{"session_id":"odd","content":"'))),
  'sparse-tb': rejected((file) => {
    writeFileSync(file, good('sparse'));
    return did(() => truncateSync(file, 1024 * 1024 * mib));
  }),
  'nearly-8-mib': accepted((file) => did(() => writeFileSync(file, envelopeOf(8 * mib)))),
  'over-8-mib': rejected((file) => did(() => writeFileSync(file, envelopeOf(8 * mib + 1)))),
  'open-brackets': rejected((file) => did(() => writeFileSync(file, '['.repeat(8 * mib)))),
  'all-brackets': rejected((file) => {
    const deep = '['.repeat(4 * mib - 100) + ']'.repeat(4 * mib - 100);
    return did(() => writeFileSync(file, `{"session_id":"odd","content":"x","meta":${deep}}`));
  }),
  'without-rights': { make: (file) => did(() => closedFile(file)), isAccepted: isRoot() },
};

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function closedFile(file: string): void {
  writeFileSync(file, good('not to be read'));
  chmodSync(file, 0);
}

/** Lays one of each kind into the queue; sentences on what did not become of them. */
export async function layOddFiles(
  relay: RelayRun,
): Promise<{ failures: string[]; row: Record<string, number> }> {
  const queue = path.join(relay.home, 'queue');
  const beside = path.join(relay.home, '..', 'beside');
  const sockets: Server[] = [];
  const laid = new Map<string, { isAccepted: boolean; kind: string; ino: bigint }>();
  await relay.newEvents();
  relay.freeze();
  for (const [kind, { make, isAccepted }] of Object.entries(oddFiles)) {
    const name = `${kind}.json`;
    const file = path.join(queue, name);
    if (!make(file, `${beside}-${kind}`)) continue;
    laid.set(name, { isAccepted, ...kindOf(file) });
  }
  const socket = createServer().listen(path.join(queue, 'socket.json'));
  await new Promise((resolve) => socket.once('listening', resolve));
  sockets.push(socket);
  laid.set('socket.json', { isAccepted: false, ...kindOf(path.join(queue, 'socket.json')) });
  relay.thaw();

  const told = new Map<string, RelayEvent>();
  await becomes(async () => {
    for (const event of await relay.newEvents()) {
      if (event.type === 'envelope.accepted' || event.type === 'envelope.rejected') {
        told.set(event.payload.name, event);
      }
    }
    return told.size >= laid.size && readdirSync(queue).length === 1;
  }, 15_000);
  const failures = [...laid].flatMap(([name, { isAccepted, kind, ino }]) => {
    const event = told.get(name);
    const wanted = isAccepted ? 'envelope.accepted' : 'envelope.rejected';
    if (event?.type !== wanted) {
      return [`${name} was to be ${wanted}, and was ${event?.type ?? 'left'}.`];
    }
    if (event.type !== 'envelope.rejected') return [];
    const kept = kindOf(path.join(queue, '.rejected', event.payload.keptAs));
    return kept.kind === kind && kept.ino === ino ? [] : [`${name} was not kept as it was.`];
  });
  const left = readdirSync(queue).filter((name) => name !== '.rejected');
  if (left.length > 0) failures.push(`Still in the queue: ${left.join(', ')}.`);
  const { problems } = await relay.call('status', {});
  failures.push(...problems.filter((problem) => !/API key/.test(problem)));
  for (const one of sockets) one.close();
  for (const name of readdirSync(path.dirname(beside))) {
    if (name.startsWith('beside-')) rmSync(path.join(path.dirname(beside), name));
  }
  const count = (isAccepted: boolean) =>
    [...laid.values()].filter((one) => one.isAccepted === isAccepted).length;
  return { failures, row: { files: laid.size, accepted: count(true), rejected: count(false) } };
}

function kindOf(file: string): { kind: string; ino: bigint } {
  const { mode, ino, size } = lstatSync(file, { bigint: true });
  // Permissions too: it is kept unchanged.
  return { kind: `${mode.toString(8)} ${mode & 0o100000n ? size : ''}`, ino };
}
