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
import { Agent, request } from 'node:http';
import { join } from 'node:path';

const [home = '', api = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });
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
  ask(content ?? '', (reply) => {
    deliver(join(home, 'dispatch', sessionId ?? ''), reply);
    busy.delete(name);
  });
}

function ask(content: string, then: (reply: string) => void): void {
  const body = JSON.stringify({ messages: [{ role: 'user', content }], stream: true });
  const headers = { 'content-type': 'application/json' };
  const call = request(`${api}/v1/messages`, { method: 'POST', agent, headers }, (response) => {
    let stream = '';
    response.setEncoding('utf8');
    response.on('data', (piece: string) => {
      stream += piece;
    });
    response.on('end', () => then(textIn(stream)));
  });
  call.end(body);
}

function textIn(stream: string): string {
  const data = stream.match(/(?<=^data: ).*$/gm) ?? [];
  return data.map((line) => JSON.parse(line).delta?.text ?? '').join('');
}

function deliver(folder: string, reply: string): void {
  const part = join(folder, '.input.part');
  const fd = openSync(part, 'w');
  writeSync(fd, reply);
  fsyncSync(fd);
  closeSync(fd);
  renameSync(part, join(folder, 'input.txt'));
}
