import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtApp } from '../e2e/desktop/built-app.ts';
import { electronFlags, endProcess, makeHome, startHeadless } from '../e2e/desktop/desktop-app.ts';
import { startDesktopSession, whyNoRig } from '../e2e/desktop/rig.ts';
import { seedLongHistory } from '../e2e/support/long-history.ts';
import { words } from '../src/renderer/words.ts';
import { figureRow, type Measurement, type Row, ratioRow } from './measurement.ts';
import { percentile } from './percentile.ts';
import { timeWindow, type WindowTimes, writeEmptyApp } from './timed-window.ts';

const aim = 1.3;
/** The first start writes caches that every later one reads, of both. */
const warmUps = 2;
/** Some days of work. */
const events = 2_000;

type Kind = 'empty' | 'own' | 'attached';

/**
 * How long after its start Relay's window can be used, beside an empty window of the same runtime on the
 * same private desktop. `own`: the desktop starts its relay along with itself; `attached`: one runs.
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
    const flags = [...electronFlags, ...(session.isSandboxed ? [] : ['--no-sandbox'])];
    const homes = {
      own: await makeHome(session, () => ({ text: 'Go on.' })),
      attached: await makeHome(session, () => ({ text: 'Go on.' })),
    };
    for (const { root } of Object.values(homes)) await seedLongHistory(root, events);
    const relay = await startHeadless(homes.attached);
    const common = { electronPath: session.electronPath, flags };
    const starts = {
      empty: { ...common, appDir: writeEmptyApp(folder), env: session.env, words: undefined },
      own: { ...common, appDir: builtApp(), env: homes.own.env, words: words.status.running },
      attached: {
        ...common,
        ...{ appDir: builtApp(), env: homes.attached.env, words: words.status.running },
      },
    };
    const times: Record<Kind, WindowTimes[]> = { empty: [], own: [], attached: [] };
    try {
      for (let round = -warmUps; round < size('starts'); round += 1) {
        for (const kind of ['empty', 'own', 'attached'] as const) {
          const one = await timeWindow(folder, starts[kind]);
          if (round >= 0) times[kind].push(one);
        }
      }
    } finally {
      await endProcess(relay, 'SIGTERM');
      await session.end();
      for (const home of Object.values(homes)) await home.remove();
      rmSync(folder, { recursive: true, force: true });
    }
    return { rows: rowsOf(times), samples: times };
  },
};

function rowsOf(times: Record<Kind, WindowTimes[]>): Row[] {
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
  ];
}
