import { existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CommandState } from '#shared/desktop-bridge.ts';

export interface RelayCommand {
  state(): CommandState;
  /** @returns what then holds. */
  install(): CommandState;
}

/**
 * The `relay` command in `~/.local/bin`, a link to the one that comes with the app. What somebody else
 * put there is never touched.
 * @param commandPath the app's own command.
 */
export function relayCommand(
  commandPath: string,
  link = join(homedir(), '.local', 'bin', 'relay'),
): RelayCommand {
  function state(): CommandState {
    const obstacle = whyNot(commandPath);
    if (obstacle !== undefined) return { kind: 'unavailable', why: obstacle };
    const there = lstatSync(link, { throwIfNoEntry: false });
    if (there === undefined) return { kind: 'missing', link };
    if (there.isSymbolicLink()) {
      if (readlinkSync(link) === commandPath) return { kind: 'installed', link };
      // A link of a Relay that has been moved or removed leads nowhere.
      if (!existsSync(link)) return { kind: 'missing', link };
    }
    return { kind: 'unavailable', why: `${link} is something else. Move it away first.` };
  }

  return {
    state,
    install() {
      const before = state();
      if (before.kind !== 'missing') return before;
      try {
        mkdirSync(dirname(link), { recursive: true, mode: 0o700 });
        rmSync(link, { force: true });
        symlinkSync(commandPath, link);
        return state();
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return { kind: 'unavailable', why: `The link could not be made: ${why}` };
      }
    },
  };
}

function whyNot(commandPath: string): string | undefined {
  if (process.platform === 'win32') return 'On Windows, start relay from the folder of the app.';
  // An AppImage is mounted at another place at every start.
  if (process.env.APPIMAGE) {
    return 'An AppImage has no fixed place to link to. Install the deb, or use npx relay.';
  }
  return existsSync(commandPath) ? undefined : `There is no ${commandPath}. Install Relay again.`;
}
