import { spawnSync } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EngineDesk, openDesk } from '../engine/testing/engine-desk.ts';
import { dispatch, session } from '../engine/testing/pure-relay.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import { createHandOvers } from './hand-over.ts';
import { createMailbox, type Mailbox } from './mailbox.ts';

/** A word was being handed over when Relay ended; another Relay finds out what became of it. */

const s1 = session('s1');
const d1 = dispatch('d1');
const gone = () => spawnSync('true').pid;
let desk: EngineDesk;
let mailbox: Mailbox;
let dispatcher: Dispatcher;
let transcript: string;
const files = () => readdirSync(path.join(desk.folder, 's1'));

beforeEach(async () => {
  desk = await openDesk();
  transcript = path.join(desk.folder, 't.jsonl');
  const { engine, store } = desk;
  mailbox = createMailbox(desk.folder);
  const handOvers = createHandOvers({
    ...{ engine, store, mailbox },
    transcriptOf: () => transcript,
    now: () => desk.now,
  });
  dispatcher = createDispatcher({ engine, store, mailbox, handOvers, holdAll: () => false });
  desk.does({ kind: 'sendDirect', sessionId: s1, text: 'Go on.\n', via: 'cli' });
  dispatcher.run();
  mailbox.setAside(s1, d1);
});
afterEach(() => desk[Symbol.dispose]());

function handTo(pid: number): void {
  const { from, to } = mailbox.ticket(s1, d1);
  renameSync(from, `${to}${pid}`);
}

/** @param afterMs from the moment the word lay ready */
function prompt(text: string, afterMs = 1): void {
  const readyAt = desk.engine.state.dispatches.get(d1)?.writtenAt ?? 0;
  const timestamp = new Date(readyAt + afterMs).toISOString();
  const line = { type: 'user', timestamp, message: { role: 'user', content: text } };
  appendFileSync(transcript, `not json\n${JSON.stringify(line)}\n`);
}

const types = () => {
  const seen = desk.published.map(({ type }) => type);
  return seen.slice(seen.indexOf('dispatch.written') + 1);
};

test('nobody took it: it appears again', () => {
  dispatcher.run();
  expect(files()).toEqual(['input.txt']);
  expect(types()).toEqual([]);
});

test('it stands in the transcript: it has arrived, and nothing is left of it', () => {
  handTo(gone());
  prompt('Go on.');
  dispatcher.run();
  expect(types()).toEqual(['dispatch.claimed']);
  expect(files()).toEqual([]);
});

test.each([
  ['other words', 'Stop.', 1],
  ['the same words from before', 'Go on.', -60_000],
])('%s stand there and its process is gone: it appears again, whole', (_name, words, after) => {
  handTo(gone());
  prompt(words, after);
  dispatcher.run();
  expect(types()).toEqual([]);
  expect(files()).toEqual(['input.txt']);
  expect(readFileSync(path.join(desk.folder, 's1', 'input.txt'), 'utf8')).toBe('Go on.\n');
});

test('its process is there: that is waited for, and no other word goes before', () => {
  handTo(process.pid);
  prompt('Stop.');
  desk.does({ kind: 'sendDirect', sessionId: s1, text: 'And then?', via: 'cli' });
  dispatcher.run();
  expect(files()).toEqual([`.d1.handed-${process.pid}`]);
  prompt('Go on.');
  dispatcher.run();
  expect(types()).toContain('dispatch.claimed');
  expect(files()).toEqual(['input.txt']);
});

test.each([
  ['the transcript cannot be read', () => handTo(gone())],
  [
    'its process is there for ever',
    () => {
      handTo(process.pid);
      prompt('Stop.');
      desk.now = Date.now() + 11 * 60_000;
    },
  ],
])('%s: the owner decides, and it is sent at most once more', async (_name, make) => {
  make();
  dispatcher.run();
  expect(types()).toEqual(['dispatch.withdrawn', 'item.opened']);
  expect(files()).toEqual([]);
  const [item] = desk.engine.state.items.values();
  if (!item) throw new Error('nobody is asked');
  expect(item).toMatchObject({ kind: 'draft', proposal: 'Go on.\n', holds: true });
  expect(item.summary).toContain('not known whether');
  dispatcher.run();
  expect(files()).toEqual([]);
  desk.does({ kind: 'approveItem', itemId: item.id, via: 'cli' });
  dispatcher.run();
  expect(files()).toEqual(['input.txt']);
});
