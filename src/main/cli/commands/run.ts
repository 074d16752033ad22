import { openRelay } from '#core/relay.ts';
import { runHeadless } from '#headless/run.ts';

/** The relay in the foreground, until SIGTERM. */
export function run(options: { port: number; ui: boolean }): Promise<number> {
  return runHeadless(openRelay, { tcpPort: options.port, ui: options.ui });
}
