import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';
import { autostartEntry, type LoginCommand } from './autostart-entry.ts';

/** Starts at login come without a window. */
export const hiddenFlag = '--hidden';

/** Whether this start shall bring no window: the one at login. macOS hands a program no arguments. */
export function isHiddenStart(): boolean {
  if (process.argv.includes(hiddenFlag)) return true;
  return process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin;
}

export interface StartAtLogin {
  isOn(): boolean;
  /** @returns what then holds. */
  set(wanted: boolean): boolean;
}

/** Whether Relay starts with the user's session; the system itself keeps the answer. */
export function startAtLogin(command: LoginCommand): StartAtLogin {
  return process.platform === 'linux' ? byAutostartFile(command) : bySystem();
}

function bySystem(): StartAtLogin {
  const isOn = () => app.getLoginItemSettings({ args: [hiddenFlag] }).openAtLogin;
  return {
    isOn,
    set(wanted) {
      app.setLoginItemSettings({ openAtLogin: wanted, args: [hiddenFlag] });
      return isOn();
    },
  };
}

/** Electron's own call does nothing on Linux. */
function byAutostartFile(command: LoginCommand): StartAtLogin {
  const configHome = process.env.XDG_CONFIG_HOME || join(homedir(), '.config');
  const folder = join(configHome, 'autostart');
  const path = join(folder, 'relay.desktop');
  const isOn = () => {
    try {
      // Desktops switch an entry off by this line rather than by removing it.
      const text = readFileSync(path, 'utf8');
      return !/^(Hidden=true|X-GNOME-Autostart-enabled=false)$/m.test(text);
    } catch {
      return false;
    }
  };
  return {
    isOn,
    set(wanted) {
      try {
        if (wanted) {
          mkdirSync(folder, { recursive: true, mode: 0o700 });
          writeFileSync(path, autostartEntry(command), { mode: 0o600 });
        } else {
          rmSync(path, { force: true });
        }
      } catch (error) {
        console.error('Start at login could not be changed:', error);
      }
      return isOn();
    },
  };
}
