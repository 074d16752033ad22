import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Page } from 'playwright';
import { connectRelay } from '#core/rpc/client.ts';
import { type MessagesApi, startMessagesApi } from '#demo/messages-api.ts';
import { whyNoRig } from '../e2e/desktop/rig.ts';
import { findBrowser, whyNoBrowser } from '../e2e/support/browser.ts';
import { createBrowserLauncher, type Launcher } from '../e2e/support/launcher.ts';
import { lastReply, longSession, seedLongHistory } from '../e2e/support/long-history.ts';
import { letter, partsOf } from '../e2e/support/parts.ts';
import { type RelayProcess, startRelayProcess } from '../e2e/support/relay-process.ts';
import { figureRow, type Measurement, type Row } from './measurement.ts';
import { percentile } from './percentile.ts';
import { frameIntervals, type Painted, watchMarks, whenPainted } from './watched-page.ts';

const textAimMs = 50;
/** A session that was answered works before it speaks again: as short as that is, the page has drawn by then. */
const workMs = 300;
/** Two frames of a screen at 60 Hz: longer, and a frame was left out. */
const longFrameMs = 32;
const pixelsPerSecond = 5_000;
const hosts = {
  browser: { why: () => (findBrowser() ? undefined : whyNoBrowser), launch: createBrowserLauncher },
  window: { why: whyNoRig, launch: launchWindow },
} as const;

/**
 * In the browser and in Relay's own window, on a session of many events: how long after its commit an
 * event can be read, and whether frames are left out while its history is scrolled by wheel, up and down.
 */
export const screen: Measurement = {
  name: 'screen',
  about: 'an event until it can be read, and frames left out while a long history is scrolled',
  sizes: { events: 100_000, exchanges: 80, scrollSeconds: 8 },
  async run({ size, say }) {
    const folder = mkdtempSync(join(tmpdir(), 'relay-bench-screen-'));
    try {
      await seedLongHistory(folder, size('events'));
      const rows: Row[] = [];
      const samples: Record<string, Seen> = {};
      for (const [name, { why, launch }] of Object.entries(hosts)) {
        if (why() !== undefined) {
          say(`SKIPPED in the ${name}: ${why()}`);
          continue;
        }
        const launcher = await launch();
        try {
          const seen = await look(launcher, folder, size('exchanges'), size('scrollSeconds'));
          rows.push(...rowsOf(name, seen));
          samples[name] = seen;
        } finally {
          await launcher.close();
        }
      }
      return { rows, samples };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Loaded only where it can run: it brings the rig. */
async function launchWindow(): Promise<Launcher> {
  const { createDesktopLauncher } = await import('../e2e/desktop/launcher.ts');
  return createDesktopLauncher();
}

/** Milliseconds from the time stamp of an event, or from the moment another client of the relay had the
 * words, until they were painted. */
interface Delays {
  saidMs: number[];
  answeredMs: number[];
  streamedMs: number[];
}

interface Seen {
  /** Of a session that works between two words. */
  working: Delays;
  /** Of one that speaks again in the moment it is answered. */
  atOnce: Delays;
  /** Milliseconds between frames: at rest, scrolling up, scrolling down. */
  frames: { rest: number[]; up: number[]; down: number[] };
}

async function look(launcher: Launcher, history: string, exchanges: number, seconds: number) {
  const api = await startMessagesApi({ script: answerTo });
  let relay: RelayProcess | undefined;
  let page: Page | undefined;
  try {
    relay = await startOn(history, api);
    page = await launcher.open(relay);
    const { row, log } = partsOf(page);
    await row(longSession.id).click();
    await letter(log, lastReply).waitFor();
    const frames = await scroll(page, seconds);
    return { ...(await readAlong(page, relay, exchanges)), frames };
  } finally {
    await page?.context().close();
    await relay?.close();
    await api.close();
  }
}

function startOn(history: string, api: MessagesApi): Promise<RelayProcess> {
  return startRelayProcess({
    env: { ANTHROPIC_BASE_URL: api.url, ANTHROPIC_API_KEY: api.key },
    config:
      'budget:\n  perDayUsd: null\n  perSessionUsd: null\n' +
      'guards:\n  exchangesWithoutOwner: null\n  pingPongRepeats: null\n',
    prepare(home) {
      mkdirSync(join(home, 'queue'), { recursive: true });
      cpSync(history, home, { recursive: true });
    },
  });
}

/** Some lines with a mark in each of its pieces, sent as slowly as a quick model writes. */
function answerTo({ lastText }: { lastText: string }) {
  const [, number] = /mark-(\d+)-said;/.exec(lastText) ?? [];
  if (number === undefined) return { text: 'They went on, step by step.' };
  const piece = (at: number) => `mark-${number}-p${at}; and \`step ${at}\` follows. `;
  const text = `${Array.from({ length: 10 }, (_, at) => piece(at)).join('')}\n\nmark-${number}-end;`;
  return { text, chunkChars: 24, chunkDelayMs: 20 };
}

async function scroll(page: Page, seconds: number): Promise<Seen['frames']> {
  const { log } = partsOf(page);
  const box = await log.boundingBox();
  if (box === null) throw new Error('The conversation is not there.');
  const devtools = await page.context().newCDPSession(page);
  const pixels = pixelsPerSecond * seconds;
  const wheel = async (yDistance: number) => {
    const intervals = page.evaluate(frameIntervals, seconds);
    await devtools.send('Input.synthesizeScrollGesture', {
      ...{ x: box.x + box.width / 2, y: box.y + box.height / 2 },
      ...{ yDistance, speed: pixelsPerSecond, gestureSourceType: 'mouse', preventFling: true },
    });
    return intervals;
  };
  const top = () => log.evaluate((element) => element.scrollHeight - element.scrollTop);
  const rest = await page.evaluate(frameIntervals, seconds);
  const before = await top();
  const up = await wheel(pixels);
  const moved = (await top()) - before;
  if (moved < pixels / 3) throw new Error(`It was scrolled by ${moved} px only.`);
  return { rest, up, down: await wheel(-pixels) };
}

async function readAlong(
  page: Page,
  relay: RelayProcess,
  exchanges: number,
): Promise<Omit<Seen, 'frames'>> {
  const { log } = partsOf(page);
  // Scrolled back by as much, but what lies above may have turned out higher than was thought.
  await log.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await letter(log, lastReply).waitFor();
  const { seq } = await relay.call('snapshot', {});
  const client = await connectRelay(relay.home);
  if (client === undefined) throw new Error('The relay is gone.');
  const committedAt = new Map<string, number>();
  const toldAt = new Map<string, number>();
  let written = Promise.withResolvers<void>();
  const stop = client.stream(seq, (item) => {
    if (item.kind === 'progress') {
      const mark = item.text.match(/mark-\d+-p\d+;/g)?.at(-1);
      if (mark !== undefined && !toldAt.has(mark)) toldAt.set(mark, Date.now());
    } else if (item.event.type === 'dispatch.written') {
      written.resolve();
    } else if (item.event.type === 'user_message' || item.event.type === 'agent_message') {
      const mark = item.event.payload.text.match(/mark-\d+-(said|end);/)?.[0];
      if (mark !== undefined) committedAt.set(mark, item.event.at);
    }
  });
  const exchange = async (content: string) => {
    written = Promise.withResolvers();
    relay.drop({ session_id: longSession.id, content });
    await written.promise;
    await relay.take(longSession.id);
  };
  // The first call is made when all that went before has been summarised.
  await exchange('Shall I go on?');
  await log.evaluate(watchMarks);
  const delaysOf = async (first: number, pauseMs: number): Promise<Delays> => {
    for (let number = first; number < first + exchanges; number += 1) {
      await exchange(`All is well. mark-${number}-said;`);
      if (pauseMs > 0) await setTimeout(pauseMs);
    }
    await page.evaluate(whenPainted, `letter mark-${first + exchanges - 1}-end;`);
    const painted = await page.evaluate(() => window.benchPainted);
    const isOfThese = ([mark]: [string, number]) => Number(/\d+/.exec(mark)?.[0]) >= first;
    const committed = [...committedAt].filter(isOfThese);
    return {
      saidMs: between(committed, /said;$/, 'letter', painted),
      answeredMs: between(committed, /end;$/, 'letter', painted),
      streamedMs: between([...toldAt].filter(isOfThese), /;$/, 'live', painted),
    };
  };
  const working = await delaysOf(0, workMs);
  const atOnce = await delaysOf(exchanges, 0);
  stop();
  return { working, atOnce };
}

/** What was never painted, since its call had ended by then, is left out. */
function between(
  from: [string, number][],
  sought: RegExp,
  place: 'letter' | 'live',
  painted: Painted,
): number[] {
  return from.flatMap(([mark, at]) => {
    const paintedAt = sought.test(mark) ? painted[`${place} ${mark}`] : undefined;
    return paintedAt === undefined ? [] : [paintedAt - at];
  });
}

function rowsOf(host: string, { working, atOnce, frames }: Seen): Row[] {
  const committed = [...working.saidMs, ...working.answeredMs];
  const hurried = [...atOnce.saidMs, ...atOnce.answeredMs];
  const of = (samples: readonly number[]) => `(${samples.length})`;
  return [
    figureRow(
      `${host}: commit -> on screen, p99 ${of(committed)}`,
      'ms',
      percentile(committed, 0.99),
      textAimMs,
    ),
    figureRow('  p50', 'ms', percentile(committed, 0.5)),
    figureRow('  of sessions that speak again at once, p99', 'ms', percentile(hurried, 0.99)),
    figureRow('  p50', 'ms', percentile(hurried, 0.5)),
    figureRow(
      `${host}: streamed words, p99 ${of(working.streamedMs)}`,
      'ms',
      percentile(working.streamedMs, 0.99),
      textAimMs,
    ),
    framesRow(`${host}: long frames, scrolling up ${of(frames.up)}`, frames.up, frames.rest),
    framesRow(`${host}: long frames, scrolling down ${of(frames.down)}`, frames.down, frames.rest),
    figureRow('  longest', 'ms', Math.max(...frames.up, ...frames.down)),
  ];
}

/** Frames that took too long, beside those of the same page when nothing is scrolled. */
function framesRow(what: string, intervals: readonly number[], rest: readonly number[]): Row {
  const long = (samples: readonly number[]) => samples.filter((ms) => ms > longFrameMs).length;
  const relay = long(intervals);
  return {
    ...{ what, unit: '', relay, against: { name: 'not scrolled', value: long(rest) }, ratio: null },
    aim: { is: `none > ${longFrameMs} ms`, isMet: relay === 0 },
  };
}
