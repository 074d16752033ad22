import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { findInstallation } from '#core/installation.ts';
import { isOwnServiceFile, launchdAgent, launchdLabel, systemdUnit } from './service-file.ts';

/** A command for the system's service manager. */
export type ManagerCommand = readonly [program: string, ...args: string[]];

/** The service of one platform: a file, and what to tell the service manager about it. */
export interface RelayService {
  /** Where the file stands. */
  file: string;
  /** What stands in it when it is of this installation and home. */
  text: string;
  /** To be run one after the other; `start` also starts it now. */
  install(start: boolean): ManagerCommand[];
  uninstall(): ManagerCommand[];
  /** Succeeds while it runs. */
  isRunning: ManagerCommand;
  /** What else the owner may want to know; empty for nothing. */
  note: string;
}

/** The service as it is to be on this machine; undefined where the platform has none. */
export function relayService(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): RelayService | undefined {
  const userHome = env.HOME || homedir();
  const command = {
    commandPath: join(findInstallation().root, 'bin', 'relay'),
    variables: env.RELAY_HOME ? { RELAY_HOME: env.RELAY_HOME } : {},
  };
  if (platform === 'linux') {
    const configHome = env.XDG_CONFIG_HOME || join(userHome, '.config');
    return systemdService(join(configHome, 'systemd', 'user', unitName), systemdUnit(command));
  }
  if (platform === 'darwin') {
    const file = join(userHome, 'Library', 'LaunchAgents', `${launchdLabel}.plist`);
    return launchdService(file, launchdAgent(command));
  }
  return undefined;
}

const unitName = 'relay.service';

function systemdService(file: string, text: string): RelayService {
  const systemctl = (...args: string[]): ManagerCommand => ['systemctl', '--user', ...args];
  return {
    file,
    text,
    install: (start) => [
      systemctl('daemon-reload'),
      systemctl('enable', unitName),
      // Also where an older one runs already.
      ...(start ? [systemctl('restart', unitName)] : []),
    ],
    uninstall: () => [systemctl('disable', '--now', unitName), systemctl('daemon-reload')],
    isRunning: systemctl('is-active', '--quiet', unitName),
    note: 'It runs while you are logged in; for always: loginctl enable-linger',
  };
}

function launchdService(file: string, text: string): RelayService {
  const domain = `gui/${process.getuid?.() ?? 0}`;
  return {
    file,
    text,
    install: (start) => (start ? [['launchctl', 'bootstrap', domain, file]] : []),
    uninstall: () => [['launchctl', 'bootout', `${domain}/${launchdLabel}`]],
    isRunning: ['launchctl', 'print', `${domain}/${launchdLabel}`],
    note: '',
  };
}

/**
 * What stands in the way of writing the file, as a sentence; undefined when it may be written.
 */
export function whyNotOurs(file: string): string | undefined {
  if (!existsSync(file) || isOwnServiceFile(readFileSync(file, 'utf8'))) return undefined;
  return `${file} was not written by Relay. Move it away first.`;
}

/** @throws the system's error where it cannot be written. */
export function writeServiceFile({ file, text }: RelayService): void {
  // Whoever could write there would have his own program run.
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, text, { mode: 0o600 });
}

export function removeServiceFile({ file }: RelayService): void {
  rmSync(file, { force: true });
}

/** Runs a command of the service manager; a sentence when it failed. */
export function tellManager(
  [program, ...args]: ManagerCommand,
  env: NodeJS.ProcessEnv,
): string | undefined {
  const { status, stderr, error } = spawnSync(program, args, {
    env,
    encoding: 'utf8',
    timeout: 60_000,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status === 0) return undefined;
  const why = error ? error.message : stderr.trim().split('\n')[0] || `it ended with ${status}`;
  return `${[program, ...args].join(' ')}: ${why}`;
}
