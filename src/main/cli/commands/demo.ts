import { runDemo } from '#demo/demo.ts';
import type { CommandContext } from '../terminal.ts';

export interface DemoOptions {
  json?: boolean;
  fast?: boolean;
  keep?: boolean;
}

/** The whole loop offline; to be watched where a person watches. */
export function demo({ terminal }: CommandContext, options: DemoOptions): Promise<number> {
  const { json = false, fast = !terminal.isInteractive, keep = false } = options;
  return runDemo({ terminal, fast: fast || json, json, keep });
}
