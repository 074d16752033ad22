/**
 * The least that any relay has to do, in plain Node: notice the envelope, have it on disk before it
 * leaves the queue, ask over HTTP, have the answer on disk, let it appear by rename. It remembers
 * nothing, decides nothing and survives no crash. Arguments: home, address of the API.
 */
import {
  appendFileSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  watch,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { ask } from './ask.ts';

const [home = '', api = ''] = process.argv.slice(2);
const journal = openSync(join(home, 'journal'), 'a');
const busy = new Set<string>();

watch(join(home, 'queue'), (_event, name) => {
  if (!name?.endsWith('.json') || name.startsWith('.') || busy.has(name)) return;
  busy.add(name);
  take(name);
});
process.stdout.write('ready\n');

function take(name: string): void {
  const file = join(home, 'queue', name);
  const text = readFileSync(file, 'utf8');
  // What was read from JSON that this bench has written.
  const { session_id: sessionId, content } = JSON.parse(text) as Record<string, string>;
  appendFileSync(journal, `${text}\n`);
  fsyncSync(journal);
  unlinkSync(file);
  void ask(api, [{ role: 'user', content }]).then((reply) => {
    deliver(join(home, 'dispatch', sessionId ?? ''), reply);
    busy.delete(name);
  });
}

function deliver(folder: string, reply: string): void {
  const part = join(folder, '.input.part');
  const fd = openSync(part, 'w');
  writeSync(fd, reply);
  fsyncSync(fd);
  closeSync(fd);
  renameSync(part, join(folder, 'input.txt'));
}
