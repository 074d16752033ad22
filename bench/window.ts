import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtApp } from '../e2e/desktop/built-app.ts';
import {
  electronFlags,
  endProcess,
  makeHome,
  startHeadless,
  type TestHome,
} from '../e2e/desktop/desktop-app.ts';
import { type DesktopSession, startDesktopSession, whyNoRig } from '../e2e/desktop/rig.ts';
import { seedLongHistory } from '../e2e/support/long-history.ts';
import { words } from '../src/renderer/words.ts';
import { figureRow, type Measurement, type Row, ratioRow } from './measurement.ts';
import { percentile } from './percentile.ts';
import { type TimedStart, timeWindow, type WindowTimes, writeEmptyApp } from './timed-window.ts';

const aim = 1.3;
/** The first start writes caches that every later one reads, of both. */
const warmUps = 2;
/** Some days of work. */
const events = 2_000;

type Kind = 'empty' | 'own' | 'attached' | 'other';

/**
 * How long after its start Relay's window can be used, beside an empty window of the same runtime on the
 * same private desktop. `own`: the desktop starts its relay along with itself; `attached`: one runs.
 * `RELAY_BENCH_OTHER=<checkout>` measures another version in the same run, with its own relay.
 */
export const window: Measurement = {
  name: 'window',
  about: 'start until the window can be used, against an empty Electron window',
  sizes: { starts: 12 },
  async run({ size, say }) {
    const why = whyNoRig();
    if (why !== undefined) {
      say(`SKIPPED: ${why}`);
      return { rows: [] };
    }
    const session = await startDesktopSession();
    const folder = mkdtempSync(join(tmpdir(), 'relay-bench-window-'));
    try {
      const times = await timeWindows(session, folder, size('starts'));
      return { rows: rowsOf(times), samples: times };
    } finally {
      await session.end();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

type Times = Record<Kind, WindowTimes[]>;

async function timeWindows(session: DesktopSession, folder: string, rounds: number) {
  const times: Times = { empty: [], own: [], attached: [], other: [] };
  const homes: TestHome[] = [];
  const seededHome = async () => {
    const home = await makeHome(session, () => ({ text: 'Go on.' }));
    homes.push(home);
    await seedLongHistory(home.root, events);
    return home;
  };
  const flags = [...electronFlags, ...(session.isSandboxed ? [] : ['--no-sandbox'])];
  const common = { electronPath: session.electronPath, flags };
  const relayStart = (appDir: string, { env }: TestHome): TimedStart => ({
    ...common,
    ...{ appDir, env, words: words.status.running },
  });
  let relay: ChildProcess | undefined;
  try {
    const attachedHome = await seededHome();
    relay = await startHeadless(attachedHome);
    const starts: [Kind, TimedStart][] = [
      ['empty', { ...common, appDir: writeEmptyApp(folder), env: session.env, words: undefined }],
      ['own', relayStart(builtApp(), await seededHome())],
      ['attached', relayStart(builtApp(), attachedHome)],
    ];
    const other = process.env.RELAY_BENCH_OTHER;
    if (other) starts.push(['other', relayStart(await builtIn(other), await seededHome())]);
    for (let round = -warmUps; round < rounds; round += 1) {
      for (const [kind, start] of starts) {
        const one = await timeWindow(folder, start);
        if (round >= 0) times[kind].push(one);
      }
    }
  } finally {
    if (relay) await endProcess(relay, 'SIGTERM');
    for (const home of homes) await home.remove();
  }
  return times;
}

/** Another checkout builds its desktop by its own rules. */
async function builtIn(checkout: string): Promise<string> {
  const file = join(checkout, 'e2e', 'desktop', 'built-app.ts');
  // The module of that name as it is here: what it exports is part of what both versions share.
  const module = (await import(pathToFileURL(file).href)) as { builtApp: typeof builtApp };
  return module.builtApp();
}

function rowsOf(times: Times): Row[] {
  const middle = (kind: Kind, part: keyof WindowTimes) =>
    percentile(
      times[kind].map((one) => one[part]),
      0.5,
    );
  const beside = (what: string, kind: Kind, part: keyof WindowTimes, most?: number) =>
    ratioRow(
      what,
      'ms',
      middle(kind, part),
      { name: 'empty window', value: middle('empty', part) },
      most,
    );
  return [
    beside('window interactive, its own relay', 'own', 'interactiveMs', aim),
    beside('window interactive, attached', 'attached', 'interactiveMs', aim),
    beside('  shown, its own relay', 'own', 'shownMs'),
    beside('  first paint, its own relay', 'own', 'paintedMs'),
    figureRow('  says how the relay is, its own relay', 'ms', middle('own', 'saidMs')),
    figureRow('  says how the relay is, attached', 'ms', middle('attached', 'saidMs')),
    ...(times.other.length === 0
      ? []
      : [
          beside('other version: window interactive', 'other', 'interactiveMs'),
          beside('  shown', 'other', 'shownMs'),
          beside('  first paint', 'other', 'paintedMs'),
          figureRow('  says how the relay is', 'ms', middle('other', 'saidMs')),
        ]),
  ];
}
