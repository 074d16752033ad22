/**
 * What people script today: a loop that looks into the queue once a second, one word after another,
 * the history a JSON file that is written anew for each. Nothing is on disk for sure, nothing
 * survives a crash, and a long history goes out whole. Arguments: home, address of the API.
 */
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ask } from './ask.ts';

const [home = '', api = ''] = process.argv.slice(2);
const queue = join(home, 'queue');
const historyFile = join(home, 'history.json');
const everyMs = 1000;

process.stdout.write('ready\n');
for (;;) {
  for (const name of readdirSync(queue).sort()) {
    if (name.endsWith('.json') && !name.startsWith('.')) await carry(join(queue, name));
  }
  await delay(everyMs);
}

async function carry(file: string): Promise<void> {
  // What was read from JSON that this bench or this loop has written.
  const { session_id: sessionId = '', content } = read(file) as Record<string, string>;
  const history = existsSync(historyFile) ? (read(historyFile) as object[]) : [];
  history.push({ role: 'user', content });
  unlinkSync(file);
  const reply = await ask(api, history);
  history.push({ role: 'assistant', content: reply });
  writeFileSync(historyFile, JSON.stringify(history));
  const folder = join(home, 'dispatch', sessionId);
  writeFileSync(join(folder, '.input.part'), reply);
  renameSync(join(folder, '.input.part'), join(folder, 'input.txt'));
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
