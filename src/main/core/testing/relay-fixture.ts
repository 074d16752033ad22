import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type Answer,
  type MessagesApi,
  type MessagesCall,
  startMessagesApi,
} from '#demo/messages-api.ts';
import type { EventType, RelayEvent } from '#shared/events.ts';
import type { RpcInput, RpcName, RpcOutput } from '#shared/rpc.ts';
import type { AtPoint } from '../fault-point.ts';
import { openRelay, type Relay } from '../relay.ts';

export interface RelayFixtureOptions {
  script: (call: MessagesCall, callNumber: number) => Answer | Promise<Answer>;
  /** Lines of config.yaml, written before the first start. */
  config?: string;
  env?: Record<string, string>;
  /** The key and address of the API stand in the home's `.env`, and only `env` in the environment. */
  secretsInHome?: boolean;
  atPoint?: AtPoint;
  /** The supervisor's standing instructions, in the place of the long ones that come with Relay. */
  instructions?: string;
}

/** A relay in a home of its own, on a scripted Messages API; real files, SQLite and HTTP. */
export interface RelayFixture extends AsyncDisposable {
  root: string;
  api: MessagesApi;
  relay: Relay;
  events: RelayEvent[];
  call<N extends RpcName>(name: N, input: RpcInput<N>): Promise<RpcOutput<N>>;
  drop(name: string, envelope: unknown): void;
  /** By rename, as the contract asks for. */
  ownerFile(text: string): void;
  inputFile(sessionId: string): string;
  /** Waits for the reply, takes it as a session does and returns it. */
  take(sessionId: string): Promise<string>;
  waitFor<T extends EventType>(
    type: T,
    matches?: (event: RelayEvent<T>) => boolean,
  ): Promise<RelayEvent<T>>;
  /** Waits until something is so that no event tells of: files, calls of the API. */
  until(isSo: () => boolean, what: string): Promise<void>;
  /** Of the events so far. */
  of<T extends EventType>(type: T): RelayEvent<T>[];
  /** Stops the relay and opens another on the same home. */
  restart(): Promise<void>;
  /** Opens a relay on the home again, after `relay.stop()`. */
  start(): Promise<void>;
}

const deadlineMs = 15_000;

export async function openRelayFixture(options: RelayFixtureOptions): Promise<RelayFixture> {
  const root = mkdtempSync(path.join(tmpdir(), 'relay-test-'));
  const api = await startMessagesApi({ script: options.script });
  if (options.config) writeFileSync(path.join(root, 'config.yaml'), options.config);
  if (options.instructions) writeFileSync(path.join(root, 'supervisor.md'), options.instructions);
  const events: RelayEvent[] = [];
  const onEvent = new Set<() => void>();
  const own = {
    ANTHROPIC_API_KEY: api.key,
    ANTHROPIC_BASE_URL: api.url,
    RELAY_NTFY_ENABLED: 'false',
  };
  const env = options.secretsInHome ? (options.env ?? {}) : { ...own, ...options.env };
  if (options.secretsInHome) {
    const lines = Object.entries(own).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(path.join(root, '.env'), lines.join(''), { mode: 0o600 });
  }

  async function start(): Promise<Relay> {
    const { atPoint } = options;
    const opened = await openRelay({
      ...{ home: root, env, host: 'headless', version: 'test' },
      ...(atPoint ? { atPoint } : {}),
    });
    if (!opened.ok) throw new Error(opened.error.message);
    opened.relay.port.stream(events.at(-1)?.seq ?? 0, (item) => {
      if (item.kind !== 'event') return;
      events.push(item.event);
      for (const listener of [...onEvent]) listener();
    });
    return opened.relay;
  }

  function whenever<T>(look: () => T | undefined, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = look();
        if (found === undefined) return;
        done();
        resolve(found);
      };
      const done = () => {
        clearTimeout(timer);
        clearInterval(poll);
        onEvent.delete(check);
      };
      // Files come and go without an event of the store.
      const poll = setInterval(() => check(), 20);
      const timer = setTimeout(() => {
        done();
        const types = events.map(({ seq, type }) => `${seq} ${type}`).join('\n');
        reject(new Error(`${what} did not come; there was:\n${types}`));
      }, deadlineMs);
      onEvent.add(check);
      check();
    });
  }

  const fixture: RelayFixture = {
    root,
    api,
    relay: await start(),
    events,
    async call(name, input) {
      const result = await fixture.relay.port.call(name, input);
      if (!result.ok) throw new Error(`${name}: ${result.error.message}`);
      return result.value;
    },
    drop(name, envelope) {
      const temporary = path.join(root, 'queue', `.${name}`);
      const text = typeof envelope === 'string' ? envelope : JSON.stringify(envelope);
      writeFileSync(temporary, text);
      renameSync(temporary, path.join(root, 'queue', name));
    },
    ownerFile(text) {
      const temporary = path.join(root, '.jc');
      writeFileSync(temporary, text);
      renameSync(temporary, path.join(root, 'jc_input.txt'));
    },
    inputFile: (sessionId) => path.join(root, 'dispatch', sessionId, 'input.txt'),
    async take(sessionId) {
      const file = fixture.inputFile(sessionId);
      await whenever(
        () =>
          events.findLast(
            (event) => event.sessionId === sessionId && event.type === 'dispatch.written',
          ) && existsSync(file)
            ? true
            : undefined,
        `input.txt of ${sessionId}`,
      );
      const text = readFileSync(file, 'utf8');
      const claims = () =>
        fixture.of('dispatch.claimed').filter((event) => event.sessionId === sessionId).length;
      const before = claims();
      rmSync(file);
      await fixture.until(() => claims() > before, `the claim of ${sessionId}`);
      return text;
    },
    waitFor(type, matches = () => true) {
      return whenever(
        // The type is compared first, so the event is one of that type.
        () => events.find((event) => event.type === type && matches(event as never)) as never,
        type,
      );
    },
    until: (isSo, what) => whenever(() => isSo() || undefined, what).then(() => {}),
    // The filter leaves exactly those of the type.
    of: (type) => events.filter((event) => event.type === type) as never,
    async restart() {
      await fixture.relay.stop();
      await fixture.start();
    },
    async start() {
      fixture.relay = await start();
    },
    async [Symbol.asyncDispose]() {
      await fixture.relay.stop();
      await api.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
  return fixture;
}
