import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** The Claude Code that Relay is tested with; what it does is written down in docs/claude-code.md. */
export const CLAUDE_VERSION = '2.1.328';

const cache = resolve(import.meta.dirname, '../../../../../.cache/claude-code', CLAUDE_VERSION);

/**
 * The path of the pinned `claude`, fetched from npm into `.cache/` when it is not there yet (about
 * 370 MB unpacked, some seconds). Only the package with this platform's native program is fetched;
 * the one named `claude-code` would only choose it. `RELAY_TEST_CLAUDE` names another program, to see
 * what holds with another version.
 */
export async function testClaude(): Promise<string> {
  if (process.env.RELAY_TEST_CLAUDE) return process.env.RELAY_TEST_CLAUDE;
  const program = join(cache, 'claude');
  if (!existsSync(program)) await fetchClaude();
  return program;
}

async function fetchClaude(): Promise<void> {
  const name = `@anthropic-ai/claude-code-${process.platform}-${process.arch}`;
  await mkdir(resolve(cache, '..'), { recursive: true });
  const temporary = await mkdtemp(`${cache}.fetching-`);
  try {
    const options = '--prefix . --no-save --no-package-lock --ignore-scripts --no-audit --no-fund';
    await promisify(execFile)(
      'npm',
      ['install', ...options.split(' '), `${name}@${CLAUDE_VERSION}`],
      {
        cwd: temporary,
      },
    );
    // Whoever renames first wins; another test run that fetched at the same time uses the winner's.
    await rename(join(temporary, 'node_modules', name), cache).catch((error: unknown) => {
      if (!existsSync(cache)) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
