import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { vi } from 'vitest';

/** Gives a program a terminal; util-linux has it, so every Debian. */
const TERMINAL_MAKER = 'script';

/** A `claude` that a test has started. */
export interface ClaudeRun {
  child: ChildProcess;
  /** What it has printed so far. */
  output(): string;
  exited: Promise<{
    code: number | null;
    signal: NodeJS.Signals | null;
    stdout: string;
    stderr: string;
  }>;
}

export interface ClaudeOptions {
  program: string;
  cwd: string;
  env: Record<string, string>;
  args?: string[];
}

/** Starts `claude -p` with `prompt` on its standard input. */
export function startPrint(prompt: string, options: ClaudeOptions): ClaudeRun {
  const { program, cwd, env, args = [] } = options;
  const child = spawn(program, ['-p', '--output-format', 'json', ...args], { cwd, env });
  child.stdin.end(prompt);
  return watch(child);
}

/**
 * Starts an interactive `claude` on a terminal of its own. What is written to the child's standard
 * input is typed.
 */
export function startTerminal(options: ClaudeOptions): ClaudeRun {
  const { program, cwd, env, args = [] } = options;
  const command = ['stty cols 120 rows 40; exec', program, ...args].join(' ');
  const flags = ['--quiet', '--flush', '--return', '--command', command, '/dev/null'];
  return watch(spawn(TERMINAL_MAKER, flags, { cwd, env }));
}

/** Types one word into an interactive `claude`, sees it appear in the input box, presses Enter. */
export async function typeWord(run: ClaudeRun, word: string): Promise<void> {
  await screenShows(run, '❯');
  const before = run.output().length;
  run.child.stdin?.write(word);
  await screenShows(run, word, before);
  run.child.stdin?.write('\r');
}

/** Waits until `text` has been drawn after the first `from` characters of the output. */
export async function screenShows(run: ClaudeRun, text: string, from = 0): Promise<void> {
  await vi.waitUntil(() => run.output().includes(text, from), { timeout: 10_000, interval: 20 });
}

function watch(child: ReturnType<typeof spawn>): ClaudeRun {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  return {
    child,
    output: () => stdout,
    exited: once(child, 'close').then(([code, signal]) => ({ code, signal, stdout, stderr })),
  };
}
