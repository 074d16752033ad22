import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, chromium, type ElectronApplication, type Page } from 'playwright';
import { connectRelay } from '#core/rpc/client.ts';
import {
  type Answer,
  type MessagesApi,
  type MessagesCall,
  startMessagesApi,
} from '#demo/messages-api.ts';
import type { RelayBridge } from '#shared/desktop-bridge.ts';
import type { RpcInput, RpcName, RpcOutput } from '#shared/rpc.ts';
import { interfaceUrl } from '../../src/main/desktop/security/interface-origin.ts';
import { builtApp } from './built-app.ts';
import type { DesktopSession } from './rig.ts';

declare global {
  interface Window {
    relay: RelayBridge;
  }
}

/** How the rig wants Electron started (its README). */
export const electronFlags = ['--disable-gpu', '--disable-dev-shm-usage'];

export interface TestHome {
  root: string;
  api: MessagesApi;
  /** What programs on this home are started with. */
  env: Record<string, string>;
  drop(name: string, envelope: object): void;
  /** The session takes what lies in its folder. */
  remove(): Promise<void>;
}

/** A home on a Messages API of its own. */
export async function makeHome(
  session: DesktopSession,
  script: (call: MessagesCall, callNumber: number) => Answer,
  key?: string,
): Promise<TestHome> {
  const root = mkdtempSync(join(tmpdir(), 'relay-desktop-'));
  mkdirSync(join(root, 'queue'), { recursive: true });
  const api = await startMessagesApi({ script, ...(key === undefined ? {} : { key }) });
  return {
    root,
    api,
    env: {
      ...session.env,
      RELAY_HOME: root,
      RELAY_NTFY_ENABLED: 'false',
      ANTHROPIC_API_KEY: api.key,
      ANTHROPIC_BASE_URL: api.url,
    },
    drop(name, envelope) {
      const temporary = join(root, 'queue', `.${name}`);
      writeFileSync(temporary, JSON.stringify(envelope));
      renameSync(temporary, join(root, 'queue', name));
    },
    async remove() {
      await api.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export interface DesktopApp {
  app: ElectronApplication;
  page: Page;
  /** A call as the interface makes it. */
  call<N extends RpcName>(name: N, input: RpcInput<N>): Promise<RpcOutput<N>>;
  /** Waits until the desktop has its relay. */
  linked(): Promise<RpcOutput<'status'>>;
  isWindowVisible(): Promise<boolean>;
  /** As the owner would: everything in it ends in order. */
  quit(): Promise<void>;
}

export async function launchDesktop(
  session: DesktopSession,
  home: TestHome,
  options: { args?: string[]; env?: Record<string, string> } = {},
): Promise<DesktopApp> {
  const app = await _electron.launch({
    // No `executablePath`: only by the package does Playwright hold the app until it listens.
    chromiumSandbox: session.isSandboxed,
    args: [...electronFlags, builtApp(), ...(options.args ?? [])],
    env: { ...home.env, ...options.env },
  });
  const child = app.process();
  child.stderr?.on('data', (text) => {
    if (process.env.RELAY_E2E_LOG) process.stderr.write(text);
  });
  const page = await app.firstWindow();

  const call = callerIn(page);
  return {
    app,
    page,
    call,
    linked: () => session.probe.waitFor(() => call('status', {}), { timeout: 30_000 }),
    isWindowVisible: () =>
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible() ?? false),
    async quit() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = app.waitForEvent('close');
      // Not awaited: the process may be gone before it has answered.
      app.evaluate((electron) => electron.app.quit()).catch(() => {});
      await closed;
    },
  };
}

/** Starts the program itself, as a user or the system does; `args` come before what the rig needs. */
export function spawnDesktop(
  session: DesktopSession,
  home: TestHome,
  { program = session.electronPath, args }: { program?: string; args: string[] },
): ChildProcess {
  const flags = [...electronFlags, ...(session.isSandboxed ? [] : ['--no-sandbox'])];
  return spawn(program, [...args, ...flags, '--remote-debugging-port=0'], {
    env: home.env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

export type PlainDesktop = Pick<DesktopApp, 'page' | 'call' | 'quit'>;

/**
 * The desktop without what Playwright puts into an Electron (which takes the keychain away from it).
 * Resolves once it has its relay.
 */
export async function startPlainDesktop(
  session: DesktopSession,
  home: TestHome,
  start: { program?: string; args: string[] },
): Promise<PlainDesktop> {
  const child = spawnDesktop(session, home, start);
  const address = await debuggingAddress(child);
  await session.probe.waitFor(() => connectRelay(home.root), { timeout: 30_000 });
  await session.probe.waitFor(() => isInterfaceLoaded(address), {
    timeout: 30_000,
    what: 'the interface in the window',
  });
  const browser = await chromium.connectOverCDP(address);
  const page = await session.probe.waitFor(() => browser.contexts()[0]?.pages()[0]);
  const call = callerIn(page);
  await session.probe.waitFor(() => call('status', {}), { timeout: 30_000 });
  return {
    page,
    call,
    async quit() {
      await browser.close();
      await endProcess(child, 'SIGTERM');
    },
  };
}

function debuggingAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    // Read to the end: a pipe that nobody reads fills up, and one that is closed makes the desktop
    // stop at its next line.
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const address = /DevTools listening on (ws:\S+)/.exec(text)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.once('exit', () => reject(new Error(`The desktop did not start: ${text}`)));
  });
}

/**
 * Whether the window's document has its title, as its own list of pages says. Who attaches to a page
 * while its first document is coming in may see neither the end of the empty one nor the beginning of
 * the new one, and Playwright then waits for that for ever.
 */
async function isInterfaceLoaded(address: string): Promise<boolean> {
  const response = await fetch(`http://${new URL(address).host}/json/list`);
  // The list of pages by the DevTools protocol.
  const pages = (await response.json()) as { url: string; title: string }[];
  return pages.some(({ url, title }) => url.startsWith(interfaceUrl) && title === 'Relay');
}

/** Calls as the interface makes them. */
function callerIn(page: Page): DesktopApp['call'] {
  return async (name, input) => {
    const result = await page.evaluate(
      ([wanted, given]) => window.relay.call(wanted as RpcName, given as never),
      [name, input] as const,
    );
    if (!result.ok) throw new Error(`${name}: ${result.error.message}`);
    // The bridge answers by the contract; the name does not survive the way into the page.
    return result.value as never;
  };
}

/** A relay without a desktop, as `relay run` or a service would start it. */
export async function startHeadless(home: TestHome): Promise<ChildProcess> {
  const appDir = builtApp();
  const script = join(appDir, 'out', 'main', 'headless.js');
  const child = spawn(process.execPath, [script, '--no-ui'], { env: home.env, stdio: 'inherit' });
  const deadline = Date.now() + 20_000;
  while ((await connectRelay(home.root)) === undefined) {
    if (Date.now() > deadline) throw new Error('The headless relay did not start.');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return child;
}

/** Ends a process and waits for that. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
