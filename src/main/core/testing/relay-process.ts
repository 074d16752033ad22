/**
 * A relay as a process of its own, to be killed. Run by `crashing-relay.ts`:
 * `node relay-process.ts HOME [POINT]`; at the given fault point it kills itself as SIGKILL would.
 */
import { openRelay } from '../relay.ts';

const [home, point] = process.argv.slice(2);
if (!home) throw new Error('usage: relay-process.ts HOME [POINT]');

const opened = await openRelay({
  ...{ home, env: process.env, host: 'headless', version: 'test' },
  atPoint: (reached) => {
    if (reached === point) process.kill(process.pid, 'SIGKILL');
  },
});
if (!opened.ok) throw new Error(opened.error.message);
const { relay } = opened;
// A line for each event, so that the test can wait for it.
relay.port.stream(0, (item) => {
  if (item.kind === 'event') process.stdout.write(`${JSON.stringify(item.event)}\n`);
});
process.on('message', (command) => {
  if (command === 'stop') void relay.stop().then(() => process.exit(0));
});
