import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCrashingRelay } from '../testing/crashing-relay.ts';
import { shellMarkOf } from './bash/shells.ts';

let project: string;

beforeEach(() => {
  project = realpathSync(mkdtempSync(path.join(tmpdir(), 'relay-tool-crash-')));
});

afterEach(() => rmSync(project, { recursive: true, force: true }));

/** Processes that work in the project, whoever started them. */
function inProject(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        return Number.isInteger(pid) && readlinkSync(`/proc/${pid}/cwd`) === project;
      } catch {
        return false;
      }
    });
}

/** The one whose command line names the mark of the shells of this home. */
function watchdogOf(home: string): number {
  const mark = shellMarkOf(home);
  const found = readdirSync('/proc')
    .map(Number)
    .find((pid) => {
      try {
        return (
          Number.isInteger(pid) &&
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`\0${mark}-`)
        );
      } catch {
        return false;
      }
    });
  if (found === undefined) throw new Error('there is no watchdog');
  return found;
}

const command = `
  setsid bash -c 'trap "" TERM HUP INT; sleep 1000' &
  (trap "" TERM HUP INT; sleep 1000) &
  touch begun; sleep 1000`;

async function killedInTheMiddle() {
  const relay = await openCrashingRelay((call, n) =>
    n === 1 ? { tool: 'bash', input: { command } } : { text: JSON.stringify(call.body.messages) },
  );
  writeFileSync(path.join(relay.root, 'config.yaml'), 'tools: { policies: { bash: allow } }\n');
  relay.start();
  relay.drop('a.json', { session_id: 's1', content: 'Done.', cwd: project });
  await relay.until(() => existsSync(path.join(project, 'begun')), 'the command');
  await relay.until(() => inProject().length > 3, 'everything it starts');
  return relay;
}

test('killed while a command runs: nothing of it is left, and its use is answered at the start', async () => {
  await using relay = await killedInTheMiddle();
  await relay.kill();
  await relay.until(() => inProject().length === 0, 'the end of the command');
  relay.start();
  const answer = await relay.take('s1');
  expect(answer).toMatch(/<tool_call.*sleep 1000.*<tool_response.*Interrupted: Relay was stopped/);
  const [use] = relay.of('tool_call');
  const responses = relay.of('tool_response');
  expect(responses).toHaveLength(1);
  expect(responses[0]?.toolUseId).toBe(use?.toolUseId);
});

test('where what watches over it was killed as well, the next start ends what is left', async () => {
  await using relay = await killedInTheMiddle();
  const watchdog = watchdogOf(relay.root);
  process.kill(watchdog, 'SIGKILL');
  await relay.kill();
  expect(inProject().length).toBeGreaterThan(0);
  relay.start();
  await relay.until(() => inProject().length === 0, 'the end of what was left');
  await relay.take('s1');
});

test('stopped in order, it ends its commands first', async () => {
  await using relay = await killedInTheMiddle();
  await relay.stop();
  expect(inProject()).toEqual([]);
});
