import { lstatSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startMessagesApi } from '#demo/messages-api.ts';
import type { Orders, Row } from '../campaign.ts';
import { becomes, type RelayRun, startRelayRun } from '../relay-run.ts';

const masks = { short: [0o000], long: [0o000, 0o022, 0o077] };
const deadlineMs = 60_000;

/**
 * Everything that a relay makes, under umasks that would let others in: nobody but the owner may
 * read, write or enter, at any moment that is looked at.
 */
export async function tryModes({
  size,
  say,
}: Orders): Promise<{ rows: Row[]; failures: string[] }> {
  const rows: Row[] = [];
  const failures: string[] = [];
  for (const mask of masks[size]) {
    const before = process.umask(mask);
    try {
      const found = await tryMask();
      const open = found.filter((one) => one.isOpen);
      const umask = mask.toString(8).padStart(3, '0');
      failures.push(
        ...open.map(
          ({ file, mode }) => `Under umask ${umask} ${file} has mode ${mode.toString(8)}.`,
        ),
      );
      rows.push({ part: `files, umask ${umask}`, tries: found.length, failures: open.length });
      say(`umask ${umask}: ${found.length} files and folders, ${open.length} open to others`);
    } finally {
      process.umask(before);
    }
  }
  return { rows, failures };
}

interface Found {
  file: string;
  mode: number;
  isOpen: boolean;
}

async function tryMask(): Promise<Found[]> {
  const api = await startMessagesApi({
    script: ({ lastText }) =>
      lastText.includes('ask') ? { text: '[NEEDS-JC] Shall I?' } : { text: 'Go on.' },
  });
  try {
    await using relay = await startRelayRun({
      ui: true,
      env: { ANTHROPIC_API_KEY: api.key, ANTHROPIC_BASE_URL: api.url },
    });
    const laid = await workInAllPlaces(relay);
    const found = new Map<string, Found>();
    const look = () => {
      for (const one of listing(relay)) if (!laid.has(one.file)) found.set(one.file, one);
    };
    look();
    // Once more after a start on what is there, and as it lies when nothing runs.
    await relay.end();
    look();
    await relay.start();
    look();
    return [...found.values()];
  } finally {
    await api.close();
  }
}

/** Whatever writes a file; the names of those that the campaign itself laid. */
async function workInAllPlaces(relay: RelayRun): Promise<Set<string>> {
  const laid = new Set<string>();
  const drop = (name: string, text: string) => {
    const file = path.join(relay.home, 'queue', name);
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  drop('bad.json', 'no envelope');
  laid.add('relay/queue/.rejected/bad.json');
  drop('a.json', JSON.stringify({ session_id: 's1', content: 'Done.' }));
  drop('b.json', JSON.stringify({ session_id: 's2', content: 'May I ask?' }));
  writeFileSync(path.join(relay.home, '.owner'), '@s3: Go.', { mode: 0o600 });
  renameSync(path.join(relay.home, '.owner'), path.join(relay.home, 'jc_input.txt'));
  const has = (...names: string[]) =>
    lstatSync(path.join(relay.home, ...names), { throwIfNoEntry: false });
  const isDone = await becomes(
    () =>
      ['s1', 's3'].every((session) => has('dispatch', session, 'input.txt') !== undefined) &&
      has('queue', '.rejected', 'bad.json.reason.txt') !== undefined,
    deadlineMs,
  );
  if (!isDone) throw new Error(`the relay did not answer: ${relay.said()}`);
  // Literals that fit their brands.
  await relay.call('secret.set', { name: 'ANTHROPIC_AUTH_TOKEN', value: 'torture-token' });
  await relay.call('settings.set', { key: 'logs.level', value: 'debug' });
  await relay.call('instructions.set', { text: 'Be brief.' });
  const project = path.join(relay.userHome, 'project');
  mkdirSync(project, { mode: 0o700 });
  laid.add('user/project');
  for (const scope of [{ kind: 'user' }, { kind: 'project', dir: project }] as const) {
    const { diff } = await relay.call('claudeCode.planConnect', { scope });
    await relay.call('claudeCode.connect', { scope, diff });
  }
  return laid;
}

/** All that lies in the home and in the user's own, with what others may do with it. */
function listing(relay: RelayRun): Found[] {
  const roots = [relay.home, relay.userHome];
  return roots.flatMap((root) => {
    const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
    return names.flatMap((name) => {
      const stats = lstatSync(path.join(root, name), { throwIfNoEntry: false });
      if (!stats || stats.isSymbolicLink()) return [];
      const mode = stats.mode & 0o777;
      const file = path.join(path.basename(root), name);
      return [{ file: withoutNumbers(file), mode, isOpen: (mode & 0o077) !== 0 }];
    });
  });
}

const withoutNumbers = (file: string): string => file.replace(/\d{6,}/g, 'N');
