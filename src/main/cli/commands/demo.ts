import { runDemo } from '#demo/demo.ts';
import type { CommandContext } from '../terminal.ts';

export interface DemoOptions {
  json?: boolean;
  fast?: boolean;
  keep?: boolean;
  serve?: boolean;
}

/** The whole loop offline; to be watched where a person watches. */
export async function demo(context: CommandContext, options: DemoOptions): Promise<number> {
  const { terminal } = context;
  if (options.serve) return (await import('./demo-serve.ts')).serveDemo(context);
  const { json = false, fast = !terminal.isInteractive, keep = false } = options;
  return runDemo({ terminal, fast: fast || json, json, keep });
}
