import {
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { RelayEvent } from '#shared/events.ts';
import { becomes, type RelayRun } from '../relay-run.ts';
import { type Fate, fateOf } from './contract.ts';
import type { Planned } from './envelopes.ts';

export interface Counts extends Record<string, number> {
  files: number;
  accepted: number;
  repeated: number;
  rejected: number;
  left: number;
}

interface Laid {
  file: Planned;
  /** As the relay writes it down. */
  shownName: string;
  mtimeNs: bigint;
  fate: Fate;
}

/** Lays files into the queue of a relay and says what did not become of them what must. */
export interface QueueDesk {
  counts: Counts;
  /** Lays all of them out at one moment; sentences on what is not as the contract says. */
  check(batch: readonly Planned[]): Promise<string[]>;
  /** Takes away what was to be left alone. */
  clear(): Promise<void>;
}

/** A file that may be unfinished is given a second; the machine may be busy. */
const deadlineMs = 6_000;
const shown = (name: Buffer): string => name.toString('utf8');

export function openQueueDesk(relay: RelayRun): QueueDesk {
  const queue = path.join(relay.home, 'queue');
  const at = (name: Buffer) => Buffer.concat([Buffer.from(`${queue}/`), name]);
  const counts: Counts = { files: 0, accepted: 0, repeated: 0, rejected: 0, left: 0 };
  const knownIds = new Set<string>();

  async function layOut(batch: readonly Planned[]): Promise<Laid[]> {
    relay.freeze();
    try {
      return batch.map((file, index) => {
        const hidden = path.join(queue, `.laying-${index}`);
        writeFileSync(hidden, file.bytes);
        utimesSync(hidden, file.mtimeMs / 1000, file.mtimeMs / 1000);
        renameSync(hidden, at(file.name));
        const { mtimeNs } = lstatSync(at(file.name), { bigint: true });
        const fate = fateOf(file.name, file.bytes);
        return { file, shownName: shown(file.name), mtimeNs, fate };
      });
    } finally {
      relay.thaw();
    }
  }

  async function clear(): Promise<void> {
    for (const name of readdirSync(queue, { encoding: 'buffer' })) {
      if (shown(name) !== '.rejected') rmSync(at(name), { force: true, recursive: true });
    }
    if (!relay.isAlive()) await relay.start();
    await relay.newEvents();
  }

  return {
    counts,
    clear,
    async check(batch) {
      await clear();
      const laid = await layOut(batch);
      const events: RelayEvent[] = [];
      const due = laid.filter(({ fate }) => fate.kind !== 'left');
      const areAllTold = async () => {
        if (!relay.isAlive()) return true;
        events.push(...(await relay.newEvents()));
        const told = outcomesIn(events);
        return due.every(({ shownName }) => told.has(shownName));
      };
      await becomes(areAllTold, deadlineMs);
      if (!relay.isAlive()) return [`The relay ended: ${relay.said().slice(-2000)}`];
      // Removed right after the commit that was seen here.
      await becomes(() => readdirSync(queue).length <= laid.length - due.length + 1, 1_000);
      const problems = [
        ...whatBecame(laid, events),
        ...orderOf(laid, events),
        ...laid.flatMap(({ file, fate }) =>
          fate.kind === 'left' && !readFileSync(at(file.name)).equals(file.bytes)
            ? [`${printed(file)} was to be left alone.`]
            : [],
        ),
        ...remains(laid),
      ];
      const { problems: told } = await relay.call('status', {});
      return [...problems, ...told.filter((problem) => !/API key/.test(problem))];
    },
  };

  function whatBecame(laid: readonly Laid[], events: readonly RelayEvent[]): string[] {
    const told = outcomesIn(events);
    const places = [...laid].sort(inOrder);
    return places.flatMap((one) => {
      const outcomes = told.get(one.shownName) ?? [];
      counts.files += 1;
      const what = printed(one.file);
      if (one.fate.kind === 'left') {
        counts.left += 1;
        return outcomes.length === 0 ? [] : [`${what} was to be left alone, and was taken.`];
      }
      const [event] = outcomes;
      if (!event || outcomes.length > 1) {
        return [`${what} was to be ${one.fate.kind} once, and was told ${outcomes.length} times.`];
      }
      if (one.fate.kind === 'rejected') {
        counts.rejected += 1;
        return rejectedWell(event, one.file, queue).map((problem) => `${what} ${problem}`);
      }
      return acceptedWell(one.fate, event, events).map((problem) => `${what} ${problem}`);
    });
  }

  function acceptedWell(
    fate: Extract<Fate, { kind: 'accepted' }>,
    event: RelayEvent,
    events: readonly RelayEvent[],
  ): string[] {
    const key = `${fate.sessionId}\n${fate.id}`;
    const isRepeated = fate.id !== null && knownIds.has(key);
    if (fate.id !== null) knownIds.add(key);
    counts[isRepeated ? 'repeated' : 'accepted'] += 1;
    const wanted = isRepeated ? 'envelope.repeated' : 'envelope.accepted';
    if (event.type !== wanted) return [`was to be ${wanted}, and was ${describe(event)}.`];
    if (event.sessionId !== fate.sessionId) return [`came from another session.`];
    if (event.type !== 'envelope.accepted') return [];
    const problems: string[] = [];
    const { extra, meta, envelopeId } = event.payload;
    if (envelopeId !== fate.id) problems.push(`has the id ${envelopeId}, not ${fate.id}.`);
    if (!isSame(extra, fate.extra)) problems.push('lost keys that the contract does not know.');
    if (!isSame(meta, fate.meta)) problems.push('lost something of its meta.');
    if (fate.text !== undefined) {
      const next = events.find(
        ({ type, seq, sessionId }) =>
          type === 'user_message' && seq > event.seq && sessionId === event.sessionId,
      );
      const said = next?.type === 'user_message' ? next.payload.text : undefined;
      if (said !== fate.text) problems.push('is not in the store word for word.');
    }
    return problems;
  }

  /** Nothing but what is left alone lies in the queue. */
  function remains(laid: readonly Laid[]): string[] {
    const left = new Set(
      laid.filter(({ fate }) => fate.kind === 'left').map(({ shownName }) => shownName),
    );
    return readdirSync(queue)
      .filter((name) => name !== '.rejected' && !left.has(name))
      .map((name) => `${JSON.stringify(name)} still lies in the queue.`);
  }
}

/** By the name a file had: what was told of it. */
function outcomesIn(events: readonly RelayEvent[]): Map<string, RelayEvent[]> {
  const found = new Map<string, RelayEvent[]>();
  for (const event of events) {
    if (
      event.type === 'envelope.accepted' ||
      event.type === 'envelope.repeated' ||
      event.type === 'envelope.rejected'
    ) {
      const { name } = event.payload;
      found.set(name, [...(found.get(name) ?? []), event]);
    }
  }
  return found;
}

/** Unchanged, beside one sentence that says why. */
function rejectedWell(event: RelayEvent, file: Planned, queue: string): string[] {
  if (event.type !== 'envelope.rejected') return [`was to be rejected, and was ${event.type}.`];
  const { keptAs, reason } = event.payload;
  const kept = path.join(queue, '.rejected', keptAs);
  const problems: string[] = [];
  if (!isReadable(kept)?.equals(file.bytes)) problems.push('was not kept unchanged.');
  if (isReadable(`${kept}.reason.txt`)?.toString('utf8') !== `${reason}\n`) {
    problems.push('has no reason beside it.');
  }
  if (!/^[^\p{C}\p{Zl}\p{Zp}]{10,300}\.$/u.test(reason)) {
    problems.push(`has a reason that is no plain sentence: ${JSON.stringify(reason)}`);
  }
  return problems;
}

function orderOf(laid: readonly Laid[], events: readonly RelayEvent[]): string[] {
  const names = events.flatMap((event) =>
    event.type === 'envelope.accepted' || event.type === 'envelope.repeated'
      ? [event.payload.name]
      : [],
  );
  const wanted = laid
    .filter(({ fate }) => fate.kind === 'accepted')
    .sort(inOrder)
    .map(({ shownName }) => shownName);
  const wrong = wanted.findIndex((name, index) => names[index] !== name);
  if (wrong === -1) return [];
  return [
    `Taken as number ${wrong + 1}: ${JSON.stringify(names[wrong])} instead of ${JSON.stringify(wanted[wrong])}.`,
  ];
}

/** Oldest first, then by name: byte for byte, since a name need not be text. */
const inOrder = (a: Laid, b: Laid): number =>
  a.mtimeNs === b.mtimeNs
    ? Buffer.compare(a.file.name, b.file.name)
    : a.mtimeNs < b.mtimeNs
      ? -1
      : 1;

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function isReadable(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

const describe = (event: RelayEvent): string =>
  event.type === 'envelope.rejected' ? `rejected (${event.payload.reason})` : event.type;

export function printed({ name, bytes }: Planned): string {
  const start = bytes.subarray(0, 200).toString('latin1');
  return `${JSON.stringify(name.toString('latin1'))} (${bytes.length} bytes, ${JSON.stringify(start)})`;
}
