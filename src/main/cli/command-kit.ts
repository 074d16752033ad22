import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from './terminal.ts';

/** What commands are described with. */
export interface CommandKit {
  context: CommandContext;
  command(usage: string, description: string): Command;
  /** One that shows something, to programs as well. */
  look(usage: string, description: string): Command;
  /** Runs what a command resolves to and keeps its exit code. */
  run<A extends unknown[]>(action: (...args: A) => Promise<number>): (...args: A) => Promise<void>;
}

/** @throws what commander tells the owner */
export function readWholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
