import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Milliseconds from the start of the program. */
export interface WindowTimes {
  /** The window is there. */
  shownMs: number;
  /** It shows its first content. */
  paintedMs: number;
  /** It is there, has content, and its page answers: no task over 50 ms in the second that follows. */
  interactiveMs: number;
  /** The words that were waited for are in it. */
  saidMs: number;
}

/** What a window tells of itself; seconds of the page count from `origin`, a time of the clock. */
interface Told {
  shownAt: number;
  origin: number;
  paintedMs: number;
  saidMs: number;
  longTasks: { startTime: number; duration: number }[];
}

export interface TimedStart {
  electronPath: string;
  /** What the rig and the sandbox ask for. */
  flags: readonly string[];
  appDir: string;
  env: Record<string, string>;
  /** Waited for in a line at the end of something (`footer`); undefined: any content will do. */
  words: string | undefined;
}

const deadlineMs = 60_000;

/**
 * In the main process before the app, which is left as it is: notes when the window is shown, and asks its
 * page, once that is loaded, what the browser has measured.
 */
const hook = `
const { app } = require('electron');
const { writeFileSync } = require('node:fs');
const inPage = (words) => new Promise((resolve) => {
  const longTasks = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) longTasks.push({ startTime, duration });
  }).observe({ type: 'longtask', buffered: true });
  let saidMs;
  const look = () => {
    const now = performance.now();
    const lines = [...document.querySelectorAll('footer')].map((line) => line.textContent);
    const isSaid = words === '' || lines.some((line) => line.includes(words));
    if (saidMs === undefined && isSaid) saidMs = now;
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    if (paint && saidMs !== undefined && now > Math.max(paint.startTime, saidMs) + 1000) {
      resolve({ origin: performance.timeOrigin, paintedMs: paint.startTime, saidMs, longTasks });
    } else {
      requestAnimationFrame(look);
    }
  };
  look();
});
app.once('browser-window-created', (_event, window) => {
  const shown = new Promise((resolve) => {
    if (window.isVisible()) resolve(Date.now());
    else window.once('show', () => resolve(Date.now()));
  });
  window.webContents.once('did-finish-load', async () => {
    const words = JSON.stringify(process.env.BENCH_WORDS);
    const page = await window.webContents.executeJavaScript('(' + inPage + ')(' + words + ')');
    writeFileSync(process.env.BENCH_TOLD, JSON.stringify({ ...page, shownAt: await shown }));
    app.quit();
  });
});
`;

/** A program that does nothing but open a window of the same size, with a line in it. */
const emptyMain = `
const { app, BrowserWindow } = require('electron');
const { join } = require('node:path');
app.setPath('userData', join(__dirname, 'data'));
app.whenReady().then(() => {
  new BrowserWindow({ width: 1200, height: 760 }).loadFile(join(__dirname, 'index.html'));
});
`;
const emptyPage =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Empty</title><p>Empty</p></html>';

/** Writes the empty program into a folder of its own, and returns that. */
export function writeEmptyApp(folder: string): string {
  const dir = join(folder, 'empty');
  mkdirSync(dir);
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ name: 'empty', main: 'main.cjs' }));
  writeFileSync(join(dir, 'main.cjs'), emptyMain);
  writeFileSync(join(dir, 'index.html'), emptyPage);
  return dir;
}

/** Starts a program, and ends it once its window has told what there is to tell. */
export async function timeWindow(folder: string, start: TimedStart): Promise<WindowTimes> {
  const hookFile = join(folder, 'hook.cjs');
  const toldFile = join(folder, 'told.json');
  writeFileSync(hookFile, hook);
  rmSync(toldFile, { force: true });
  const startedAt = Date.now();
  const child = spawn(start.electronPath, ['--require', hookFile, ...start.flags, start.appDir], {
    env: { ...start.env, BENCH_TOLD: toldFile, BENCH_WORDS: start.words ?? '' },
    stdio: 'ignore',
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
  const [code] = await once(child, 'exit');
  clearTimeout(timer);
  if (code !== 0) throw new Error(`${start.appDir} did not open its window (${code})`);
  // What the hook above writes.
  const told = JSON.parse(readFileSync(toldFile, 'utf8')) as Told;
  return timesOf(told, startedAt);
}

function timesOf(told: Told, startedAt: number): WindowTimes {
  const { shownAt, origin, paintedMs, saidMs, longTasks } = told;
  const busyUntilMs = longTasks
    .filter(({ startTime }) => startTime < paintedMs + 1000)
    .map(({ startTime, duration }) => startTime + duration);
  const since = (ms: number) => origin + ms - startedAt;
  return {
    shownMs: shownAt - startedAt,
    paintedMs: since(paintedMs),
    interactiveMs: Math.max(shownAt - startedAt, since(Math.max(paintedMs, ...busyUntilMs))),
    saidMs: since(saidMs),
  };
}
