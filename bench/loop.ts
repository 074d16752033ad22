/**
 * As much as a loop can carry: no store, no history, nothing on disk for sure, no wait while there is
 * something to do; what a crash interrupts is lost. Arguments: home, address of the API.
 */
import { readdirSync, readFileSync, renameSync, unlinkSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from './ask.ts';

const [home = '', api = ''] = process.argv.slice(2);
const queue = join(home, 'queue');
const busy = new Set<string>();

watch(queue, look);
process.stdout.write('ready\n');

/** All sessions side by side, since none speaks twice before it was answered. */
function look(): void {
  for (const name of readdirSync(queue)) {
    if (!name.endsWith('.json') || name.startsWith('.') || busy.has(name)) continue;
    busy.add(name);
    void carry(join(queue, name)).finally(() => busy.delete(name));
  }
}

async function carry(file: string): Promise<void> {
  // What was read from JSON that this bench has written.
  const { session_id: sessionId = '', content } = JSON.parse(readFileSync(file, 'utf8')) as Record<
    string,
    string
  >;
  unlinkSync(file);
  const reply = await ask(api, [{ role: 'user', content }]);
  const folder = join(home, 'dispatch', sessionId);
  writeFileSync(join(folder, '.input.part'), reply);
  renameSync(join(folder, '.input.part'), join(folder, 'input.txt'));
}
