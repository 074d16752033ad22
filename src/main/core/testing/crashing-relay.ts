import { type ChildProcess, fork } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import {
  type Answer,
  type MessagesApi,
  type MessagesCall,
  startMessagesApi,
} from '#demo/messages-api.ts';
import type { EventType, RelayEvent } from '#shared/events.ts';
import type { FaultPoint } from '../fault-point.ts';
import { findInstallation } from '../installation.ts';

/** A home whose relay is a process of its own and dies as the test wants it to. */
export interface CrashingRelay extends AsyncDisposable {
  root: string;
  api: MessagesApi;
  /** Everything that is stored, as the last relay told it from the beginning. */
  events: RelayEvent[];
  of<T extends EventType>(type: T): RelayEvent<T>[];
  /** @param killAt where it dies by itself, for `died` */
  start(killAt?: FaultPoint): void;
  kill(): Promise<void>;
  died(): Promise<void>;
  stop(): Promise<void>;
  drop(name: string, envelope: unknown): void;
  ownerFile(text: string): void;
  until(isSo: () => boolean, what: string): Promise<void>;
  inputFile(sessionId: string): string;
  /** Waits for a reply, takes it and waits until that is noticed. */
  take(sessionId: string): Promise<string>;
}

const deadlineMs = 20_000;

export async function openCrashingRelay(
  script: (call: MessagesCall, callNumber: number) => Answer | Promise<Answer>,
  options: {
    /** Lines of config.yaml. */
    config?: string;
    env?: Record<string, string>;
  } = {},
): Promise<CrashingRelay> {
  const root = mkdtempSync(path.join(tmpdir(), 'relay-crash-'));
  const api = await startMessagesApi({ script });
  mkdirSync(path.join(root, 'queue'), { mode: 0o700 });
  if (options.config) writeFileSync(path.join(root, 'config.yaml'), options.config);
  let child: ChildProcess | undefined;
  let exited: Promise<void> = Promise.resolve();
  const failures: string[] = [];

  const relay: CrashingRelay = {
    ...{ root, api, events: [] },
    // The filter leaves exactly those of the type.
    of: (type) => relay.events.filter((event) => event.type === type) as never,
    start(killAt) {
      relay.events = [];
      const { events } = relay;
      const program = path.join(import.meta.dirname, 'relay-process.ts');
      const started = fork(program, killAt ? [root, killAt] : [root], {
        execArgv: [],
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        env: {
          PATH: process.env.PATH,
          ANTHROPIC_API_KEY: api.key,
          ANTHROPIC_BASE_URL: api.url,
          RELAY_NTFY_ENABLED: 'false',
          // So that each start does not read all of TypeScript anew.
          NODE_COMPILE_CACHE: path.join(findInstallation().root, '.cache', 'compile'),
          ...options.env,
        },
      });
      child = started;
      exited = new Promise((resolve) => started.once('exit', () => resolve()));
      started.stderr?.on('data', (chunk) => failures.push(String(chunk)));
      if (!started.stdout) throw new Error('the relay has no stdout');
      createInterface({ input: started.stdout }).on('line', (line) => {
        // What a killed process was just writing may be cut.
        if (line.endsWith('}')) events.push(JSON.parse(line) as RelayEvent);
      });
    },
    async kill() {
      child?.kill('SIGKILL');
      await exited;
    },
    died: () => Promise.race([exited, late('the end of the relay', describe)]),
    async stop() {
      if (child?.connected) child.send('stop');
      await Promise.race([exited, late('a stop', describe)]);
    },
    drop(name, envelope) {
      const temporary = path.join(root, 'queue', `.${name}`);
      writeFileSync(temporary, JSON.stringify(envelope));
      renameSync(temporary, path.join(root, 'queue', name));
    },
    ownerFile(text) {
      writeFileSync(path.join(root, '.jc'), text);
      renameSync(path.join(root, '.jc'), path.join(root, 'jc_input.txt'));
    },
    until(isSo, what) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => end(new Error(`${what} did not come\n${describe()}`)),
          deadlineMs,
        );
        const poll = setInterval(() => isSo() && end(), 10);
        function end(error?: Error): void {
          clearTimeout(timer);
          clearInterval(poll);
          if (error) reject(error);
          else resolve();
        }
      });
    },
    inputFile: (sessionId) => path.join(root, 'dispatch', sessionId, 'input.txt'),
    async take(sessionId) {
      const file = relay.inputFile(sessionId);
      await relay.until(() => existsSync(file), `input.txt of ${sessionId}`);
      const text = readFileSync(file, 'utf8');
      const claims = () =>
        relay.of('dispatch.claimed').filter((event) => event.sessionId === sessionId).length;
      const before = claims();
      rmSync(file);
      await relay.until(() => claims() > before, `the claim of ${sessionId}`);
      return text;
    },
    async [Symbol.asyncDispose]() {
      await relay.kill();
      await api.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
  const describe = () =>
    [...relay.events.map(({ seq, type }) => `${seq} ${type}`), ...failures].join('\n');
  return relay;
}

function late(what: string, describe: () => string): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(new Error(`${what} did not come\n${describe()}`));
    setTimeout(fail, deadlineMs).unref();
  });
}
