import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOOK_SCRIPTS, hookBlock } from './hook-commands.ts';

/** One file of the hooks folder, as this version of Relay wants it. */
interface HookFile {
  path: string;
  content: string;
  mode: number;
}

/** The plug-in folder, for those who would rather not have their settings touched. */
export const pluginFolder = (home: string) => join(home, 'hooks', 'plugin');

/**
 * Puts the hook scripts and the plug-in folder of this version into `home/hooks`. Files that are
 * already so stay; others are replaced whole, so that a hook that runs meanwhile is not disturbed.
 * `resourcesDir` holds Relay's own `hooks/`. Throws when the home cannot be written.
 */
export function installHooks(home: string, resourcesDir: string): void {
  for (const file of wantedFiles(home, resourcesDir)) {
    if (isCurrent(file)) continue;
    mkdirSync(join(file.path, '..'), { recursive: true, mode: 0o700 });
    const temporary = `${file.path}.${process.pid}.new`;
    writeFileSync(temporary, file.content, { mode: file.mode });
    renameSync(temporary, file.path);
  }
}

/** Files in `home/hooks` that are missing, of another version, or not the owner's alone. */
export function outdatedHooks(home: string, resourcesDir: string): string[] {
  return wantedFiles(home, resourcesDir)
    .filter((file) => !isCurrent(file))
    .map((file) => file.path);
}

function wantedFiles(home: string, resourcesDir: string): HookFile[] {
  const scripts = HOOK_SCRIPTS.map((name) => ({
    path: join(home, 'hooks', name),
    content: readFileSync(join(resourcesDir, 'hooks', name), 'utf8'),
    mode: 0o700,
  }));
  const manifest = {
    name: 'relay',
    version: '1.0.0',
    description: 'Connects Claude Code sessions with Relay. Made by Relay; it writes it anew.',
  };
  const plugin = {
    '.claude-plugin/plugin.json': manifest,
    'hooks/hooks.json': { hooks: hookBlock(home) },
  };
  return [
    ...scripts,
    ...Object.entries(plugin).map(([name, value]) => ({
      path: join(pluginFolder(home), name),
      content: `${JSON.stringify(value, null, 2)}\n`,
      mode: 0o600,
    })),
  ];
}

function isCurrent({ path, content, mode }: HookFile): boolean {
  try {
    return readFileSync(path, 'utf8') === content && (statSync(path).mode & 0o777) === mode;
  } catch {
    return false;
  }
}
