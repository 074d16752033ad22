import { styleText } from 'node:util';

/** What a command sees of the world around it, so that tests can be its terminal. */
export interface Terminal {
  /** To standard output, as it is. */
  write(text: string): void;
  /** One sentence to standard error. */
  complain(sentence: string): void;
  /** The accent for what needs the owner, and the muted tone; plain where colour is not wanted. */
  accent(text: string): string;
  muted(text: string): string;
  /** A person can be asked. */
  isInteractive: boolean;
  columns: number;
  now(): number;
}

/** What every command gets. */
export interface CommandContext {
  terminal: Terminal;
  env: NodeJS.ProcessEnv;
  /** The home's folder, absolute. */
  home: string;
}

export const exitCode = { done: 0, failed: 1, wrongUsage: 2, noRelay: 3 } as const;

/** The terminal of this process. */
export function processTerminal(): Terminal {
  // A reader that has seen enough (`relay tail | head`) closes the pipe: that is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? exitCode.done : exitCode.failed);
  });
  const hasColor = Boolean(process.stdout.isTTY) && !process.env.NO_COLOR;
  const styled = (format: 'yellow' | 'dim', text: string) =>
    hasColor ? styleText(format, text, { validateStream: false }) : text;
  return {
    write: (text) => process.stdout.write(text),
    complain: (sentence) => process.stderr.write(`${sentence}\n`),
    accent: (text) => styled('yellow', text),
    muted: (text) => styled('dim', text),
    isInteractive: Boolean(process.stdin.isTTY && process.stdout.isTTY),
    columns: process.stdout.columns ?? 100,
    now: Date.now,
  };
}
