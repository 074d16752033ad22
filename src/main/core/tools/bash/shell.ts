import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type CappedText, createCappedText } from '../capped-text.ts';
import {
  endMarked,
  markedProcesses,
  markVariable,
  ownTaskCount,
  signalAll,
  taskCount,
} from './marked-processes.ts';
import { createMarkedStream } from './marked-stream.ts';

export interface ShellOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Told from every other shell's; see `markVariable`. */
  mark: string;
  /** More at once, and everything is ended. */
  mostProcesses: number;
  /** How long a command that is to end gets for it, before it is killed. */
  graceMs: number;
}

export interface CommandOrder {
  command: string;
  timeLimitMs: number;
  signal: AbortSignal;
  onOutput(tail: string): void;
}

/** How a command ended. */
export interface CommandEnd {
  stdout: string;
  stderr: string;
  /** null: it was killed. */
  exitCode: number | null;
  /** Why it did not end by itself. */
  cut: 'time' | 'called off' | 'processes' | null;
  /** The shell ended with it: directory, variables and functions are gone. */
  isShellGone: boolean;
  durationMs: number;
}

/** One bash that goes on from command to command. Commands are run one after the other. */
export interface Shell {
  readonly isAlive: boolean;
  run(order: CommandOrder): Promise<CommandEnd>;
  /** Ends it and everything that it started. */
  end(): Promise<void>;
}

const stdoutBytes = 70_000;
const stderrBytes = 25_000;
const shownTailBytes = 2_000;
const progressEveryMs = 250;
const lookEveryMs = 100;
const lookAgainMs = 20;
/** More tasks than the user has when the shell is started, threads included. */
const headroomTasks = 1_024;

type Bash = ChildProcessByStdio<Writable, Readable, Readable>;

interface Running {
  stdout: CappedText;
  stderr: CappedText;
  /** Resolves when both streams have come to their mark, or the shell is gone. */
  ended: Promise<number | null>;
  isDone(): boolean;
}

export function startShell(options: ShellOptions): Shell {
  const { cwd, env, mark, mostProcesses, graceMs } = options;
  const bash: Bash = spawn('bash', ['--noprofile', '--norc'], {
    cwd,
    env: { ...env, [markVariable]: mark },
    // A session and group of its own: it can be ended as a whole, and no terminal reaches it.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const { pid } = bash;
  let isAlive = pid !== undefined;
  const gone = new Promise<number | null>((resolve) => {
    const end = (exitCode: number | null) => {
      isAlive = false;
      resolve(exitCode);
    };
    bash.once('exit', end);
    bash.once('error', () => end(null));
  });
  bash.stdin.on('error', () => undefined);
  bash.stdin.write(prelude());
  let last: Promise<unknown> = Promise.resolve();

  async function run(order: CommandOrder): Promise<CommandEnd> {
    const startedAt = Date.now();
    const running = begin(bash, order, gone);
    const cut = await guard(running, order);
    const exitCode = await running.ended;
    if (!isAlive) await endMarked(mark);
    return {
      stdout: running.stdout.text(),
      stderr: running.stderr.text(),
      exitCode,
      cut,
      isShellGone: !isAlive,
      durationMs: Date.now() - startedAt,
    };
  }

  /** Watches over a command until it has ended, and sees to it that it does. */
  async function guard(running: Running, order: CommandOrder): Promise<CommandEnd['cut']> {
    const startedAt = Date.now();
    const tasksBefore = taskCount() ?? 0;
    let shownAt = startedAt;
    let shownBytes = 0;
    while (!running.isDone()) {
      const look = new AbortController();
      await Promise.race([
        running.ended,
        delay(lookEveryMs, undefined, { signal: look.signal }).catch(() => undefined),
      ]);
      look.abort();
      if (running.isDone()) return null;
      const cut = whyCut(order, startedAt, tasksBefore);
      if (cut) {
        await stop(running, cut);
        return cut;
      }
      const sizeBytes = running.stdout.sizeBytes + running.stderr.sizeBytes;
      if (sizeBytes === shownBytes || Date.now() - shownAt < progressEveryMs) continue;
      shownAt = Date.now();
      shownBytes = sizeBytes;
      order.onOutput(running.stdout.tail(shownTailBytes) + running.stderr.tail(shownTailBytes));
    }
    return null;
  }

  function whyCut(
    { signal, timeLimitMs }: CommandOrder,
    startedAt: number,
    tasksBefore: number,
  ): CommandEnd['cut'] {
    if (signal.aborted) return 'called off';
    if (Date.now() - startedAt >= timeLimitMs) return 'time';
    // Looking at every process costs something, so only where there are many new ones.
    const tasks = taskCount();
    const mayBeTooMany = tasks === undefined || tasks - tasksBefore > mostProcesses / 2;
    if (mayBeTooMany && markedProcesses(mark).length > mostProcesses) return 'processes';
    return null;
  }

  /** Asks what the command started to end, then kills it, then the shell itself. */
  async function stop(running: Running, cut: NonNullable<CommandEnd['cut']>): Promise<void> {
    if (cut !== 'processes') {
      signalAll(others(), 'SIGTERM');
      await areGoneWithin(running, graceMs);
      // What does not listen, and what was started where another made room by its end.
      await endMarked(mark, pid);
      if (await endsWithin(running, graceMs)) return;
    }
    await end();
  }

  /** The command and everything that was started here. */
  async function areGoneWithin(running: Running, ms: number): Promise<void> {
    const deadline = Date.now() + ms;
    await endsWithin(running, ms);
    while (Date.now() < deadline && others().length > 0) await delay(lookAgainMs);
  }

  function others(): number[] {
    return markedProcesses(mark).filter((other) => other !== pid);
  }

  async function end(): Promise<void> {
    if (pid !== undefined) {
      try {
        // The whole group at one stroke, so that nothing of it can multiply meanwhile.
        process.kill(-pid, 'SIGKILL');
      } catch {
        // Gone already.
      }
    }
    await endMarked(mark);
    await gone;
  }

  return {
    get isAlive() {
      return isAlive;
    },
    run(order) {
      const next = last.then(() => run(order));
      last = next.catch(() => undefined);
      return next;
    },
    end,
  };
}

/** Limits, and the two streams kept aside, so that no command can take them away for good. */
function prelude(): string {
  const tasks = process.getuid?.() === 0 ? undefined : ownTaskCount();
  const limit = tasks === undefined ? '' : `ulimit -u ${tasks + headroomTasks} 2>/dev/null; `;
  return `${limit}ulimit -c 0; exec 7>&1 8>&2\n`;
}

function begin(bash: Bash, { command }: CommandOrder, gone: Promise<number | null>): Running {
  const mark = `relay-${randomBytes(16).toString('hex')}`;
  const stdout = createCappedText(stdoutBytes);
  const stderr = createCappedText(stderrBytes);
  let isDone = false;
  const marks = [
    waitForMark(bash.stdout, `\n${mark}`, stdout),
    waitForMark(bash.stderr, `\n${mark}`, stderr),
  ] as const;
  const ended = Promise.race([
    Promise.all(marks.map(({ found }) => found)).then(([status]) => Number(status)),
    // What it wrote last may still be on its way.
    gone.then((exitCode) => Promise.race([closed(bash), delay(200)]).then(() => exitCode)),
  ]).finally(() => {
    isDone = true;
    for (const { leave } of marks) leave();
  });
  // eval, so that a syntax error ends the command and not the shell.
  bash.stdin.write(
    `{ eval ${quoted(command)}; } </dev/null >&7 2>&8 7>&- 8>&-; { builtin printf '\\n%s %s\\n' ${mark} "$?" >&7; builtin printf '\\n%s\\n' ${mark} >&8; }\n`,
  );
  return { stdout, stderr, ended, isDone: () => isDone };
}

function waitForMark(stream: Readable, mark: string, text: CappedText) {
  let onChunk: (chunk: Buffer) => void = () => undefined;
  const marked = createMarkedStream(mark, (data) => text.add(data));
  const found = new Promise<string>((resolve) => {
    onChunk = (chunk) => {
      const status = marked.add(chunk);
      if (status !== undefined) resolve(status);
    };
    stream.on('data', onChunk);
  });
  const leave = () => {
    stream.off('data', onChunk);
    marked.flush();
    // What comes between commands (of something in the background) is nobody's; it must not pile up.
    stream.resume();
  };
  return { found, leave };
}

function closed(bash: Bash): Promise<void> {
  return new Promise((resolve) => bash.once('close', () => resolve()));
}

async function endsWithin(running: Running, ms: number): Promise<boolean> {
  await Promise.race([running.ended, delay(ms)]);
  return running.isDone();
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
