import {
  appendFileSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import type { Orders } from '../campaign.ts';
import { becomes, type RelayRun } from '../relay-run.ts';

/**
 * Files that are written, replaced and taken away while the relay reads them. Of what one writer puts
 * in the place of his own former word the last must be taken, each at most once; everything that
 * nobody takes away is taken once and whole.
 */
export async function layRestlessFiles(
  relay: RelayRun,
  { chance, size }: Orders,
): Promise<{ failures: string[]; row: Record<string, number> }> {
  const queue = path.join(relay.home, 'queue');
  const at = (name: string) => path.join(queue, name);
  const failures: string[] = [];
  const rounds = size === 'long' ? 100 : 3;
  let written = 0;
  let accepted = 0;

  const text = (content: string) => {
    written += 1;
    return JSON.stringify({ session_id: 'restless', content, pad: 'p'.repeat(2_000) });
  };
  const put = (name: string, content: string) => {
    writeFileSync(at(`.${name}`), text(content));
    renameSync(at(`.${name}`), at(name));
  };

  /** Again and again under the same name, without waiting for the relay. */
  async function replace(round: number): Promise<string> {
    let last = '';
    const versions = chance.whole(20, 200);
    for (let version = 0; version < versions; version += 1) {
      last = `${round} replaced ${String(version).padStart(4, '0')}`;
      put('replaced.json', last);
      if (chance.happens(0.3)) await delay(chance.whole(0, 3));
      else await turn();
    }
    return last;
  }

  /** In place and slowly, as a shell's redirection does. */
  async function writeSlowly(round: number): Promise<string> {
    const content = `${round} slow`;
    const whole = text(content);
    for (let from = 0; from < whole.length; from += 300) {
      appendFileSync(at('slow.json'), whole.slice(from, from + 300));
      await delay(chance.whole(0, 30));
    }
    return content;
  }

  /** Emptied and written anew while it may be read. */
  async function rewrite(round: number): Promise<string> {
    const content = `${round} rewritten`;
    writeFileSync(at('rewritten.json'), `{"half": "${'h'.repeat(100_000)}`);
    await delay(chance.whole(0, 20));
    truncateSync(at('rewritten.json'), 0);
    await delay(chance.whole(0, 20));
    writeFileSync(at('rewritten.json'), text(content));
    return content;
  }

  for (let round = 0; round < rounds && failures.length < 5; round += 1) {
    await relay.newEvents();
    relay.freeze();
    // What is taken in one commit with many is longer between being read and being removed.
    const ballast = Array.from({ length: 199 }, (_, n) => `${round} ballast ${n}`);
    for (const [n, content] of ballast.entries()) put(`ballast-${n}.json`, content);
    put('replaced.json', `${round} replaced first`);
    relay.thaw();
    const lasting = await Promise.all([replace(round), writeSlowly(round), rewrite(round)]);
    put('away.json', `${round} away`);
    if (chance.happens(0.5)) await delay(chance.whole(0, 10));
    rmSync(at('away.json'), { force: true });
    const wanted = [...ballast, ...lasting];
    const said: string[] = [];
    await becomes(async () => {
      for (const event of await relay.newEvents()) {
        if (event.type === 'user_message') said.push(event.payload.text);
        if (event.type === 'envelope.rejected') {
          failures.push(`Round ${round}: ${event.payload.name} was rejected.`);
        }
      }
      return wanted.every((content) => said.includes(content)) && readdirSync(queue).length === 1;
    }, 10_000);
    accepted += said.length;
    const lost = wanted.filter((content) => !said.includes(content));
    if (lost.length > 0) failures.push(`Lost: ${lost.slice(0, 3).join(', ')}.`);
    if (new Set(said).size < said.length) failures.push(`Round ${round}: a word was taken twice.`);
    const versions = said.filter((content) => content.includes('replaced 0'));
    if (versions.join() !== [...versions].sort().join()) {
      failures.push(`Round ${round}: versions were taken out of order.`);
    }
    const left = readdirSync(queue).filter((name) => name !== '.rejected');
    if (left.length > 0) failures.push(`Still in the queue: ${left.join(', ')}.`);
  }
  return { failures, row: { files: written, accepted } };
}
