import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/**
 * The desktop rig: a private X display, session bus, notification server and tray, and an Electron
 * that runs in them. It is no part of this repository; `RELAY_DESKTOP_RIG` says where it is, or it
 * lies beside the checkout.
 */
const root = resolve(import.meta.dirname, '..', '..');
const rig = resolve(process.env.RELAY_DESKTOP_RIG ?? join(root, '..', 'shared', 'desktop-rig'));

/** Why these specs cannot run here, or undefined. */
export function whyNoRig(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the rig is for Linux on x64';
  if (existsSync(join(rig, 'desktop-session'))) return undefined;
  return 'there is no desktop rig (RELAY_DESKTOP_RIG)';
}

/** The first start of all may have to fetch and install what the desktop is made of. */
export const firstStartMs = 300_000;

export interface ShownNotification {
  id: number;
  summary: string;
  body: string;
  replaces: boolean;
  /** Set once it is gone. */
  closed?: 'expired' | 'dismissed' | 'closed' | 'undefined';
}

export interface TrayItem {
  tooltip: string;
  status: string;
  iconPixmaps: { width: number; height: number; argb: Buffer }[];
}

export interface MenuEntry {
  label: string;
  type: string;
  enabled: boolean;
  visible: boolean;
  children: MenuEntry[];
}

/** What the rig's desktop-probe.mjs exports, as far as it is used here. */
export interface DesktopProbe {
  waitFor<T>(
    look: () => T | Promise<T>,
    options?: { timeout?: number; what?: string },
  ): Promise<NonNullable<Exclude<T, false | 0 | ''>>>;
  listNotifications(): ShownNotification[];
  invokeNotificationAction(id: number, action?: string): Promise<void>;
  closeNotification(id: number, reason?: string): Promise<void>;
  listTrayItems(): Promise<TrayItem[]>;
  activateTray(item: TrayItem): Promise<void>;
  trayMenu(item: TrayItem): Promise<MenuEntry>;
  clickTrayMenu(item: TrayItem, label: string | string[]): Promise<void>;
  disconnect(): Promise<void>;
}

/** A program on the session's bus, of dbus.mjs; as far as it is used here. */
export interface BusPeer {
  requestName(name: string): Promise<void>;
  serve(path: string, interfaces: object): void;
  emit(signal: {
    path: string;
    interface: string;
    member: string;
    signature: string;
    body: unknown[];
  }): void;
  close(): void;
}

export interface DesktopSession {
  probe: DesktopProbe;
  /** Another program on the bus, which is session bus and system bus in one here. */
  joinBus(): Promise<BusPeer>;
  /** For the programs that shall run in it. */
  env: Record<string, string>;
  electronPath: string;
  /** As Chromium's sandbox is not for root, and needs user namespaces. */
  isSandboxed: boolean;
  end(): Promise<void>;
}

/** Prints the environment of the session and holds it open until its input ends. */
const holder = `
  process.stdout.write(JSON.stringify(process.env) + '\\n');
  process.stdin.resume().on('end', () => process.exit(0));
`;

/** Starts a private desktop. What runs in it ends with it. */
export async function startDesktopSession(...flags: string[]): Promise<DesktopSession> {
  const { stdout } = await promisify(execFile)(join(rig, 'electron-runtime'));
  const runtimeDir = stdout.trim();
  const child = spawn(
    join(rig, 'desktop-session'),
    [...flags, '--', process.execPath, '-e', holder],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const env = await firstLine(child);
  // The probe finds its session, and Playwright its Electron, in the environment of this process.
  const before = { ...process.env };
  Object.assign(process.env, env, { ELECTRON_OVERRIDE_DIST_PATH: runtimeDir });
  const load = (name: string): Promise<unknown> => import(pathToFileURL(join(rig, name)).href);
  // The shapes of modules that this repository does not hold.
  const probe = (await load('desktop-probe.mjs')) as DesktopProbe;
  const dbus = (await load('dbus.mjs')) as { connect(address: string): Promise<BusPeer> };
  const peers: BusPeer[] = [];
  return {
    probe,
    async joinBus() {
      const peer = await dbus.connect(env.DBUS_SYSTEM_BUS_ADDRESS ?? '');
      peers.push(peer);
      return peer;
    },
    env: { ...env, ELECTRON_OVERRIDE_DIST_PATH: runtimeDir },
    electronPath: join(runtimeDir, 'electron'),
    isSandboxed: process.getuid?.() !== 0,
    async end() {
      // The session ends whatever is still on its bus, and that must not be this process.
      await probe.disconnect();
      for (const peer of peers) peer.close();
      const ended = once(child, 'exit');
      child.stdin?.end();
      await ended;
      // TMPDIR and others name folders that are gone now.
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
    },
  };
}

async function firstLine(child: ChildProcess): Promise<Record<string, string>> {
  if (child.stdout === null) throw new Error('The session has no output.');
  for await (const line of createInterface({ input: child.stdout })) {
    // `process.env` as JSON is names and texts.
    return JSON.parse(line) as Record<string, string>;
  }
  throw new Error('The desktop session did not start.');
}
