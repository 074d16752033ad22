import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { build, isBuildStale } from '../../../scripts/build.ts';

const relayCommand = path.join(import.meta.dirname, '..', '..', '..', 'bin', 'relay');

let folder: string;
/** Stands where the environment of the owner points: nobody may ask it anything. */
let elsewhere: Server;
let asked: number;

beforeAll(() => {
  if (isBuildStale()) expect(build()).toBe(true);
});
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'relay-test-'));
  asked = 0;
  elsewhere = createServer((_request, response) => {
    asked += 1;
    response.writeHead(500).end();
  });
  elsewhere.listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
});
afterEach(() => {
  elsewhere.closeAllConnections();
  elsewhere.close();
  rmSync(folder, { recursive: true, force: true });
});

type DemoProcess = ChildProcessByStdio<null, Readable, Readable>;

function start(...args: string[]): DemoProcess {
  // A server on TCP has an address of this kind; only sockets have a string.
  const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
  return spawn(relayCommand, ['demo', ...args], {
    env: {
      PATH: '/usr/bin:/bin',
      HOME: folder,
      TMPDIR: folder,
      RELAY_HOME: path.join(folder, 'owners-home'),
      RELAY_AUTONOMY: 'off',
      RELAY_NTFY_SERVER: url,
      ANTHROPIC_API_KEY: 'the-owners-key',
      ANTHROPIC_BASE_URL: url,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function end(demo: DemoProcess) {
  const [out, err, [code]] = await Promise.all([
    text(demo.stdout),
    text(demo.stderr),
    once(demo, 'close'),
  ]);
  return { out, err, code };
}

const left = () => readdirSync(folder).filter((name) => name !== 'node-compile-cache');

test('tells the whole loop, ends by itself and leaves nothing behind', async () => {
  const { out, err, code } = await end(start());
  expect(err).toBe('');
  expect(code).toBe(0);
  const steps = [
    'refunds-api',
    'queue/refunds-api-1.json taken, claude-sonnet-5-5 asked',
    'supervisor to refunds-api',
    'dispatch/refunds-api/input.txt written, taken',
    'the refunds API no longer sends 409',
    'The API is overloaded.',
    'claude-sonnet-5-5 asked again',
    'session_id is missing.',
    'supervisor to the owner',
    'refunds-api is held until i1 is settled',
    'answers i1, by jc_input.txt',
    'Do not drop it.',
    'straight to photo-import, no call, by jc_input.txt',
    'supervisor lets checkout-web stop',
    'dispatch/checkout-web/release written',
    'exchanges',
    'saved $',
    'npx relay run',
  ];
  let from = 0;
  for (const step of steps) {
    const at = out.indexOf(step, from);
    expect(at, `"${step}" after:\n${out.slice(0, from).slice(-300)}`).toBeGreaterThan(-1);
    from = at;
  }
  // Not a terminal, so no colour.
  expect(out).not.toContain('\u001b');
  expect(left()).toEqual([]);
  expect(asked).toBe(0);
});

test('--json says what it cost, and --keep leaves the home', async () => {
  const { out, code } = await end(start('--json', '--keep'));
  expect(code).toBe(0);
  const result = JSON.parse(out);
  expect(result).toMatchObject({ exchanges: 8, isHomeKept: true, cost: { calls: 9 } });
  expect(result.cost.totalUsd).toBeGreaterThan(0);
  expect(result.cost.savedByCacheUsd).toBeGreaterThan(0);
  expect(left()).toEqual([path.basename(result.home)]);
  expect(existsSync(path.join(result.home, 'relay.db'))).toBe(true);
  expect(existsSync(path.join(result.home, 'queue', '.rejected', 'backup-job.json'))).toBe(true);
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it, and cleans up', async (signal) => {
  const demo = start();
  const ended = end(demo);
  demo.stdout.once('data', () => demo.kill(signal));
  const { err, code } = await ended;
  expect(err).toBe('The demo was stopped; nothing of it is left.\n');
  expect(code).toBe(1);
  expect(left()).toEqual([]);
});
