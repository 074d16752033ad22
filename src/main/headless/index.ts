import { parseArgs } from 'node:util';
import { openRelay } from '#core/relay.ts';
import { runHeadless } from './run.ts';

/**
 * The headless host as a program of its own, for the desktop to start as a child; people use
 * `relay run`, which is the same.
 */
const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, 'no-ui': { type: 'boolean', default: false } },
});
process.exit(await runHeadless(openRelay, { tcpPort: Number(values.port), ui: !values['no-ui'] }));
