import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { findControlSocket } from '#core/rpc/control-address.ts';
import type { Orders } from '../campaign.ts';
import { becomes, type RelayRun } from '../relay-run.ts';

const mib = 1024 * 1024;
/** What it may hold at once, whatever lies in the queue and in the store. */
const mostMb = 900;

/** Envelopes as large as they may be; then a client that has seen nothing yet reads all of them. */
export async function layLargeFiles(
  relay: RelayRun,
  { size }: Orders,
): Promise<{ failures: string[]; row: Record<string, number> }> {
  const queue = path.join(relay.home, 'queue');
  const count = size === 'long' ? 150 : 3;
  const failures: string[] = [];
  const before = await relay.call('status', {});
  const text = 'é'.repeat(4 * mib - 100);
  for (let n = 0; n < count; n += 1) {
    const hidden = path.join(queue, '.large');
    writeFileSync(hidden, JSON.stringify({ session_id: 'large', content: text }));
    renameSync(hidden, path.join(queue, `large-${n}.json`));
  }
  if (!(await becomes(() => readdirSync(queue).length === 1, 120_000))) {
    failures.push('Large envelopes still lie in the queue.');
  }
  const { seq } = await relay.call('status', {});
  const streamed = await readStream(relay.home, before.seq, seq);
  if (streamed < count * text.length) failures.push(`Only ${streamed} bytes came by the stream.`);
  for (const name of ['events.page', 'conversation.export'] as const) {
    const input = name === 'events.page' ? { limit: 1000 } : ({ format: 'jsonl' } as const);
    const answer = await relay.ask(name, input as never).catch((error: Error) => error);
    if (answer instanceof Error) failures.push(`${name} was not answered: ${answer.message}`);
  }
  if (!relay.isAlive()) failures.push(`The relay ended: ${relay.said().slice(-2000)}`);
  const peakMb = relay.peakMb() ?? 0;
  if (peakMb > mostMb) failures.push(`It held ${peakMb} MB at once.`);
  return { failures, row: { files: count, accepted: count, peakMb } };
}

/** How many bytes the event stream sends between two sequence numbers. */
function readStream(home: string, after: number, upTo: number): Promise<number> {
  return new Promise((resolve) => {
    let bytes = 0;
    let tail = '';
    const socketPath = findControlSocket(home);
    const asked = request({ socketPath, path: `/stream?after=${after}` }, (response) => {
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        const found = (tail + chunk.toString('latin1')).matchAll(/^id: (\d+)\n/gm);
        for (const [, seq] of found) if (Number(seq) >= upTo) asked.destroy();
        tail = chunk.subarray(-30).toString('latin1');
      });
      response.once('close', () => resolve(bytes));
    });
    asked.once('error', () => resolve(bytes));
    asked.end();
  });
}
