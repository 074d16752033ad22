import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { startMessagesApi } from '#demo/messages-api.ts';
import { type RpcName, rpc } from '#shared/rpc.ts';
import type { Orders, Row } from '../campaign.ts';
import { becomes, type RelayRun, startRelayRun } from '../relay-run.ts';
import { type Canary, canary, findCanaries } from './canary.ts';
import { familyOf } from './family.ts';

const deadlineMs = 60_000;
const program = path.join(import.meta.dirname, '..', '..', 'src', 'main', 'cli', 'index.ts');

/**
 * A key goes every way that a key can go: by the environment, by the interface into `.env`, by mistake
 * into config.yaml, to an API that takes it, refuses it, and says it again. Afterwards it is looked for
 * in everything that a relay leaves behind, gives out or shows: it may stand where the owner put it,
 * and nowhere else.
 */
export async function tryKeys({ say }: Orders): Promise<{ rows: Row[]; failures: string[] }> {
  const rows: Row[] = [];
  const failures: string[] = [];
  for (const [way, work] of Object.entries({
    environment: byEnvironment,
    interface: byInterface,
  })) {
    const { searched, found } = await work();
    failures.push(...found.map((one) => `Key by ${way}: ${one}`));
    rows.push({ part: `key by ${way}`, tries: searched, failures: found.length });
    say(`key by ${way}: ${searched} places searched, ${found.length} failures`);
  }
  return { rows, failures };
}

interface Search {
  searched: number;
  found: string[];
}

const newCanary = (name: string, kind = 'api03') =>
  canary(name, `sk-ant-${kind}-canary${randomBytes(24).toString('hex')}`);

/** The key is known to the relay's process alone. */
async function byEnvironment(): Promise<Search> {
  const key = newCanary('the key');
  await using echo = await startEchoingApi(key.value);
  await using relay = await startRelayRun({
    ui: true,
    config:
      'logs:\n  level: debug\ntools:\n  policies: {bash: allow}\nbackups:\n  everyHours: 0.1\n' +
      'faults:\n  firstWaitSeconds: 0.05\n  longestWaitSeconds: 0.1\n',
    env: { ANTHROPIC_API_KEY: key.value, ANTHROPIC_BASE_URL: echo.url },
  });
  const search = openSearch([key]);
  drop(relay, { session_id: 's1', content: 'Run the tests.', cwd: relay.userHome });
  await until(relay, 'a shell of the supervisor', async () => {
    search.children(relay);
    return hasReply(relay, 's1');
  });
  for (const status of [401, 403, 400, 529]) {
    echo.fail(status);
    drop(relay, { session_id: `f${status}`, content: 'Done.' });
    await until(relay, `the fault ${status}`, () => echo.failures() > 0);
    echo.heal();
  }
  await relay.call('supervisor.probe', {});
  await search.everything(relay);
  return search.end(relay);
}

/** The owner types it; once it was in the wrong file, and once it was another. */
async function byInterface(): Promise<Search> {
  const [key, token, typo, stray] = [
    newCanary('the key'),
    newCanary('the token', 'token'),
    newCanary('the key in config.yaml'),
    newCanary('the key that is none'),
  ];
  const api = await startMessagesApi({ script: () => ({ text: 'Go on.' }), key: key.value });
  try {
    await using relay = await startRelayRun({
      ui: true,
      config: 'logs:\n  level: debug\n',
      env: { ANTHROPIC_BASE_URL: api.url },
    });
    const search = openSearch([key, token, typo, stray]);
    // Typed with something behind it that no key has: refused, and not repeated.
    const refused = await relay.ask('secret.set', {
      ...{ name: 'ANTHROPIC_API_KEY', value: `${stray.value}\u201d` },
    });
    search.look('a refusal', Buffer.from(JSON.stringify(refused)));
    await relay.call('secret.set', { name: 'ANTHROPIC_AUTH_TOKEN', value: token.value });
    await relay.call('secret.set', { name: 'ANTHROPIC_API_KEY', value: key.value });
    drop(relay, { session_id: 's1', content: 'Done.' });
    await until(relay, 'a reply', () => hasReply(relay, 's1'));
    writeFileSync(
      path.join(relay.home, 'config.yaml'),
      `logs:\n  level: debug\nsupervisor:\n  apiKey: ${typo.value}\nanthropicApiKey: ${typo.value}\n`,
    );
    await until(relay, 'the mistake to be told', async () =>
      (await relay.call('status', {})).problems.some((problem) => problem.includes('apiKey')),
    );
    search.mayStandIn('relay/config.yaml', typo);
    search.mayStandIn('relay/.env', key);
    search.mayStandIn('relay/.env', token);
    await search.everything(relay);
    return await search.end(relay);
  } finally {
    await api.close();
  }
}

function openSearch(canaries: readonly Canary[]) {
  let searched = 0;
  const found = new Set<string>();
  const allowed = new Map<string, Canary[]>();

  function look(where: string, bytes: Buffer): void {
    searched += 1;
    const left = canaries.filter((one) => !allowed.get(where)?.includes(one));
    for (const one of findCanaries(bytes, left, where)) found.add(one);
  }

  /** Arguments of all, and the environment of those it started. */
  function children(relay: RelayRun): void {
    for (const { pid, commandLine, environment } of familyOf(relay.pid())) {
      look('arguments of a process', commandLine);
      if (pid !== relay.pid()) look('the environment of a child', environment);
    }
  }

  function files(relay: RelayRun): void {
    const root = path.dirname(relay.home);
    for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      const file = path.join(root, name);
      look('names of files', Buffer.from(name));
      if (lstatSync(file, { throwIfNoEntry: false })?.isFile()) look(name, readFileSync(file));
    }
    look('what it said', Buffer.from(relay.said()));
  }

  return {
    look,
    children,
    mayStandIn: (where: string, one: Canary) =>
      void allowed.set(where, [...(allowed.get(where) ?? []), one]),
    /** All that can be asked of it, by calls, commands and the stream. */
    async everything(relay: RelayRun): Promise<void> {
      for (const [name, { kind }] of Object.entries(rpc)) {
        if (kind !== 'query') continue;
        for (const input of inputsOf(name)) {
          // The inputs are the contract's; what is refused is looked at, too.
          const answer = await relay.ask(name as RpcName, input as never);
          look(`the answer to ${name}`, Buffer.from(JSON.stringify(answer)));
        }
      }
      for (const args of [
        ['doctor'],
        ['status', '--json'],
        ['export'],
        ['topic'],
        ['request', 'x1'],
      ]) {
        look(`relay ${args.join(' ')}`, await runCommand(relay, args));
      }
      children(relay);
      files(relay);
    },
    /** As it lies when it was aborted, and after a start from that. */
    async end(relay: RelayRun): Promise<Search> {
      await relay.end('SIGABRT');
      files(relay);
      await relay.start();
      await relay.call('status', {});
      files(relay);
      await relay.end();
      files(relay);
      return { searched, found: [...found] };
    },
  };
}

function inputsOf(name: string): unknown[] {
  const session = { sessionId: 's1' };
  switch (name) {
    case 'conversation.export':
      return [{ format: 'markdown' }, { format: 'jsonl' }, { ...session, format: 'jsonl' }];
    case 'events.after':
      return [{ after: 0 }];
    case 'events.search':
      return [{ text: 'sk-ant' }, { text: 'canary' }];
    case 'exchange.events':
    case 'exchange.request':
      return [{ exchangeId: 'x1' }, { exchangeId: 'x2' }];
    case 'claudeCode.planConnect':
      return [{ scope: { kind: 'user' } }];
    default:
      return [session];
  }
}

function runCommand(relay: RelayRun, args: readonly string[]): Promise<Buffer> {
  return new Promise((resolve) => {
    const options = { env: relay.env, cwd: relay.userHome, timeout: deadlineMs };
    execFile(process.execPath, [program, ...args], options, (_, stdout, stderr) =>
      resolve(Buffer.from(`${stdout}\n${stderr}`)),
    );
  });
}

function drop(relay: RelayRun, envelope: Record<string, string>): void {
  const file = path.join(relay.home, 'queue', `${envelope.session_id}.json`);
  writeFileSync(`${file}.new`, JSON.stringify(envelope));
  renameSync(`${file}.new`, file);
}

const hasReply = (relay: RelayRun, session: string): boolean =>
  lstatSync(path.join(relay.home, 'dispatch', session, 'input.txt'), { throwIfNoEntry: false }) !==
  undefined;

async function until(relay: RelayRun, what: string, isSo: () => boolean | Promise<boolean>) {
  if (await becomes(isSo, deadlineMs)) return;
  throw new Error(`${what} did not come: ${relay.said()}`);
}

/**
 * An API that calls for a shell, which looks around in its environment; then it may fail, and says the
 * key again in whatever it says, as a careless gateway does.
 */
async function startEchoingApi(key: string) {
  const api = await startMessagesApi({
    key,
    script: ({ lastText }) =>
      lastText.includes('Run the tests')
        ? { tool: 'bash', input: { command: 'env; cat /proc/self/environ; sleep 1' } }
        : { text: 'Go on.' },
  });
  let failing: number | undefined;
  let failures = 0;
  const gateway = createServer((request, response) => {
    if (failing !== undefined) {
      failures += 1;
      const said = request.headers['x-api-key'];
      const message = `invalid x-api-key ${String(said)}, sent with ${JSON.stringify(request.headers)}`;
      response.writeHead(failing, { 'content-type': 'application/json', 'x-echo': String(said) });
      response.end(JSON.stringify({ type: 'error', error: { type: 'api_error', message } }));
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => void passOn(request.url ?? '/', Buffer.concat(chunks)));
    async function passOn(target: string, body: Buffer): Promise<void> {
      const { host: _, 'content-length': __, connection: ___, ...headers } = request.headers;
      const isBare = request.method === 'GET' || request.method === 'HEAD';
      const answer = await fetch(`${api.url}${target}`, {
        method: request.method ?? 'POST',
        // Lists of values are sent by nobody here.
        headers: headers as Record<string, string>,
        ...(isBare ? {} : { body: new Uint8Array(body) }),
      });
      response.writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? 'application/json',
      });
      response.end(Buffer.from(await answer.arrayBuffer()));
    }
  });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  // A server on TCP has an address of this kind.
  const { port } = gateway.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    failures: () => failures,
    fail(status: number) {
      failures = 0;
      failing = status;
    },
    heal() {
      failing = undefined;
    },
    async [Symbol.asyncDispose]() {
      gateway.closeAllConnections();
      gateway.close();
      await api.close();
    },
  };
}
