import { parseArgs } from 'node:util';
import { openRelay } from '#core/relay.ts';
import { readOwnerInput } from './owner-input.ts';
import { runHeadless } from './run.ts';

/**
 * The headless host as a program of its own, for the desktop to start as a child; people use
 * `relay run`, which is the same. `--owned`: the secrets come on standard input, and it ends with it.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'no-ui': { type: 'boolean', default: false },
    owned: { type: 'boolean', default: false },
  },
});
const secrets = values.owned
  ? await readOwnerInput(process.stdin, () => process.kill(process.pid, 'SIGTERM'))
  : undefined;
process.exit(
  await runHeadless(openRelay, {
    tcpPort: Number(values.port),
    ui: !values['no-ui'],
    ...(secrets ? { secrets } : {}),
  }),
);
