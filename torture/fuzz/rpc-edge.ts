import { once } from 'node:events';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import fc from 'fast-check';
import { findControlSocket } from '#core/rpc/control-address.ts';
import { startMessagesApi } from '#demo/messages-api.ts';
import { RpcErrorCode, type RpcName, rpc } from '#shared/rpc.ts';
import type { Orders, Row } from '../campaign.ts';
import { becomes, type RelayRun, startRelayRun } from '../relay-run.ts';
import { fromSchema, spoiled } from './from-schema.ts';
import { mutationsOf } from './mutations.ts';
import { bytesOf, unfitSentences } from './parser-target.ts';

const roundsOf = { short: 1, long: 20 };
const callsPerRound = { short: 60, long: 500 };
const garbageOf = { short: 20, long: 2_000 };
const deadlineMs = 15_000;

/** Not these: each starts a relay of its own. */
const left: ReadonlySet<string> = new Set(['demo.open']);
const names = Object.keys(rpc).filter((name) => !left.has(name)) as RpcName[];

/**
 * The edge of a real relay: calls with any input on the control socket, and anything that is no call
 * at all there and on the browser's port. Each is answered, or its connection closed; no other
 * notices, nothing is logged as a bug, and the relay goes on.
 */
export async function fuzzEdge(orders: Orders): Promise<{ rows: Row[]; failures: string[] }> {
  const api = await startMessagesApi({
    script: ({ lastText }) =>
      lastText.includes('ask') ? { text: '[NEEDS-JC] Shall I?' } : { text: 'Go on.' },
  });
  try {
    await using relay = await startRelayRun({ ui: true, env: environment(api) });
    await fill(relay);
    const witness = await openStream(relay);
    const calls = await fuzzCalls(relay, orders);
    const garbage = await fuzzConnections(relay, orders);
    const failures = [...calls.failures, ...garbage.failures];
    if (witness.isClosed()) failures.push('edge: the stream of another client was closed.');
    witness.close();
    failures.push(...(await lookAfter(relay)));
    return { rows: [calls.row, garbage.row], failures };
  } finally {
    await api.close();
  }
}

const environment = (api: { url: string; key: string }): Record<string, string> => ({
  ANTHROPIC_API_KEY: api.key,
  ANTHROPIC_BASE_URL: api.url,
  // Whatever is set by a call: nothing but this relay is run, and nothing leaves this computer.
  RELAY_SUPERVISOR_PROVIDER: 'anthropic',
  RELAY_CLAUDE_CODE_RESUME: 'false',
});

/** Something of each kind to ask for. */
async function fill(relay: RelayRun): Promise<void> {
  for (const [index, content] of ['Done.', 'May I ask?', 'Done again.'].entries()) {
    const file = path.join(relay.home, 'queue', `${index}.json`);
    writeFileSync(
      `${file}.tmp`,
      JSON.stringify({ session_id: `s${index % 2}`, content, title: 'T' }),
    );
    renameSync(`${file}.tmp`, file);
  }
  await becomes(async () => (await relay.call('status', {})).inbox > 0, 30_000);
}

async function fuzzCalls(relay: RelayRun, { seed, size, say }: Orders) {
  const failures: string[] = [];
  let inputs = 0;
  let accepted = 0;
  const call = fc.constantFrom(...names).chain((name) => {
    const fitting = fromSchema(rpc[name].input);
    const input = fc.oneof(
      { weight: 6, arbitrary: fitting },
      { weight: 3, arbitrary: spoiled(fitting) },
      { weight: 1, arbitrary: fc.jsonValue() },
    );
    return fc.record({ name: fc.constant(name), input });
  });
  for (let round = 0; round < roundsOf[size] && failures.length < 8; round += 1) {
    const result = await fc.check(
      fc.asyncProperty(call, async ({ name, input }) => {
        inputs += 1;
        const { status, body } = await post(relay, name, JSON.stringify(input ?? null));
        const problems = judgeAnswer(name, status, body);
        if (status === 200) accepted += 1;
        if (problems.length > 0) throw new Error(problems.join(' '));
      }),
      { seed: seed + round, numRuns: callsPerRound[size] },
    );
    if (result.failed) {
      const why = result.errorInstance instanceof Error ? result.errorInstance.message : 'failed';
      failures.push(
        `calls: ${why} Seed ${seed + round}, path ${result.counterexamplePath}: ${JSON.stringify(result.counterexample).slice(0, 400)}`,
      );
    }
  }
  say(`calls: ${inputs} inputs, ${accepted} accepted, ${failures.length} failures`);
  return { row: { part: 'calls', inputs, accepted, failures: failures.length }, failures };
}

function judgeAnswer(name: RpcName, status: number, body: string): string[] {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return [`${name} was answered with ${status} and no JSON: ${body.slice(0, 100)}`];
  }
  if (typeof answer !== 'object' || answer === null) return [`${name}: an answer of no shape.`];
  if ('ok' in answer && answer.ok === true && 'value' in answer) {
    const parsed = rpc[name].output.safeParse(answer.value);
    return parsed.success
      ? []
      : [`${name} gave what does not fit: ${parsed.error.message.slice(0, 200)}`];
  }
  const error = 'error' in answer ? answer.error : undefined;
  if (typeof error !== 'object' || error === null || !('code' in error) || !('message' in error)) {
    return [`${name}: an error of no shape.`];
  }
  const problems = unfitSentences([String(error.message)]);
  if (!RpcErrorCode.safeParse(error.code).success) problems.push(`A code ${error.code}.`);
  if (/The log says more/.test(String(error.message))) problems.push(`${name} failed.`);
  return problems;
}

function post(
  relay: RelayRun,
  name: string,
  body: string,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const socketPath = findControlSocket(relay.home) ?? '';
    const headers = { 'content-type': 'application/json' };
    const call = request(
      { socketPath, path: `/rpc/${encodeURIComponent(name)}`, method: 'POST', headers },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.once('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
        response.once('error', reject);
      },
    );
    call.setTimeout(deadlineMs, () => call.destroy(new Error(`${name} was not answered.`)));
    call.once('error', reject);
    call.end(body);
  });
}

const post0 = (target: string, more: string, body: string): string =>
  `POST ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n${more}\r\n${body}`;
const requests = bytesOf(
  'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
  'GET /stream?after=0 HTTP/1.1\r\nHost: 127.0.0.1\r\nLast-Event-ID: 3\r\n\r\n',
  post0('/rpc/status', 'Content-Length: 2\r\n', '{}'),
  post0('/rpc/status', 'Transfer-Encoding: chunked\r\n', '2\r\n{}\r\n0\r\n\r\n'),
  post0('/rpc/owner.say', 'Content-Length: 30\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
  post0('/rpc/status', 'Content-Length: 99999999999\r\n', '{'),
  post0('/rpc/status', 'Expect: 100-continue\r\nContent-Length: 2\r\n', '{}'),
  post0('http://elsewhere.example/rpc/status', 'Content-Length: 2\r\n', '{}'),
  post0('/rpc/%2e%2e%2f%00', 'Content-Length: 2\r\nCookie: relay-1=x; =; ;\r\n', '{}'),
  post0('/host/url', 'Content-Length: 2\r\n', '{}'),
  'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n',
  'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'OPTIONS * HTTP/1.0\r\n\r\n',
);

/** Anything on a connection, cut into pieces anywhere. */
async function fuzzConnections(relay: RelayRun, { seed, size, say }: Orders) {
  const failures: string[] = [];
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(relay.said())?.[1]);
  let inputs = 0;
  const garbage = fc.record({
    bytes: fc.oneof(
      { weight: 5, arbitrary: mutationsOf(requests) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }).map((some) => Buffer.from(some)) },
    ),
    cut: fc.nat({ max: 400 }),
    isSocket: fc.boolean(),
    isReset: fc.boolean(),
  });
  const result = await fc.check(
    fc.asyncProperty(garbage, async ({ bytes, cut, isSocket, isReset }) => {
      inputs += 1;
      const socket = isSocket
        ? connect(findControlSocket(relay.home) ?? '')
        : connect(port, '127.0.0.1');
      await sendPieces(socket, [bytes.subarray(0, cut), bytes.subarray(cut)], isReset);
      const { status } = await post(relay, 'status', '{}');
      if (status !== 200) throw new Error(`After it the status was answered with ${status}.`);
    }),
    { seed, numRuns: garbageOf[size] },
  );
  if (result.failed) {
    const why = result.errorInstance instanceof Error ? result.errorInstance.message : 'failed';
    const bytes = result.counterexample?.[0].bytes.subarray(0, 200).toString('latin1');
    failures.push(
      `connections: ${why} Seed ${seed}, path ${result.counterexamplePath}: ${JSON.stringify(bytes)}`,
    );
  }
  say(`connections: ${inputs} inputs, ${failures.length} failures`);
  return { row: { part: 'connections', inputs, failures: failures.length }, failures };
}

/** Sends, hears a first answer or the end, and leaves. */
async function sendPieces(
  socket: Socket,
  pieces: readonly Buffer[],
  isReset: boolean,
): Promise<void> {
  socket.on('error', () => {});
  await once(socket, 'connect');
  for (const piece of pieces) if (socket.writable) socket.write(piece);
  if (isReset) {
    // Only what is sent over TCP can be reset.
    if (socket.remotePort === undefined) socket.destroy();
    else socket.resetAndDestroy();
    return;
  }
  socket.end();
  const heard = new Promise<void>((resolve) => {
    for (const event of ['data', 'end', 'close'] as const) socket.once(event, () => resolve());
    socket.setTimeout(deadlineMs, () => resolve());
  });
  await heard;
  socket.destroy();
}

/** Another client's stream, which nothing of this concerns. */
async function openStream(relay: RelayRun) {
  let isClosed = false;
  const socketPath = findControlSocket(relay.home) ?? '';
  const call = request({ socketPath, path: '/stream?after=0' });
  call.end();
  const [response] = await once(call, 'response');
  response.resume();
  response.once('close', () => {
    isClosed = true;
  });
  return { isClosed: () => isClosed, close: () => call.destroy() };
}

/** What the relay itself makes of it: it lives, and calls nothing a bug. */
async function lookAfter(relay: RelayRun): Promise<string[]> {
  const failures: string[] = [];
  if (!relay.isAlive()) return [`edge: the relay ended: ${relay.said().slice(-500)}`];
  const said = relay.said().replace(/^http:\/\/127\.0\.0\.1:\S+\n/gm, '');
  if (said !== '') failures.push(`edge: the relay said ${JSON.stringify(said.slice(0, 400))}.`);
  const logs = path.join(relay.home, 'logs');
  for (const file of readdirSync(logs)) {
    const lines = readFileSync(path.join(logs, file), 'utf8').split('\n');
    const bad = lines.find((line) => line.includes('"level":"error"'));
    if (bad) failures.push(`edge: in the log stands ${bad.slice(0, 400)}.`);
  }
  await relay.call('status', {});
  return failures;
}
