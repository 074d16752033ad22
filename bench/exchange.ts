import {
  existsSync,
  type FSWatcher,
  readFileSync,
  renameSync,
  unlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { LeanApi } from './lean-api.ts';
import { benchSession, type Carrier, dispatchFolder } from './programs.ts';

/** One exchange as a session and the API see it, milliseconds. */
export interface Timing {
  /** The envelope is renamed into the queue -> its request has arrived. */
  toRequestMs: number;
  /** The answer's last byte is sent -> `input.txt` is there. */
  toInputMs: number;
}

/** One of them lasts as long as a busy machine takes for all commands that are timed meanwhile. */
const deadlineMs = 120_000;
let count = 0;

/** Speaks as a session does and takes the reply. */
export async function exchange(carrier: Carrier, api: LeanApi): Promise<Timing> {
  count += 1;
  const queue = join(carrier.home, 'queue');
  const hidden = join(queue, `.${count}.part`);
  const content = `Step ${count} is done: all 42 tests pass. Shall I refactor the parser?`;
  writeFileSync(hidden, JSON.stringify({ session_id: benchSession, content }));
  const input = join(dispatchFolder(carrier.home), 'input.txt');
  const visible = whenVisible(input);
  const answered = api.nextCall();
  const sentAt = performance.now();
  renameSync(hidden, join(queue, `${count}.json`));
  const [visibleAt, { arrivedAt, endedAt }] = await Promise.all([visible, answered]);
  if (readFileSync(input, 'utf8') === '') throw new Error('input.txt was not whole');
  unlinkSync(input);
  return { toRequestMs: arrivedAt - sentAt, toInputMs: visibleAt - endedAt };
}

function whenVisible(file: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let watcher: FSWatcher | undefined;
    const timer = setTimeout(() => end(new Error(`${file} did not come`)), deadlineMs);
    const end = (result: number | Error) => {
      clearTimeout(timer);
      watcher?.close();
      if (typeof result === 'number') resolve(result);
      else reject(result);
    };
    watcher = watch(join(file, '..'), () => {
      if (existsSync(file)) end(performance.now());
    });
  });
}
