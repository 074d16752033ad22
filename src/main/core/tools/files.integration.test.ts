import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SessionId } from '#shared/ids.ts';
import { createGitDiff } from './git-diff.ts';
import { createListFiles } from './list-files.ts';
import { createReadFile } from './read-file.ts';
import { createSearchFiles } from './search-files.ts';
import { toolEnvironment } from './tool-environment.ts';
import { createToolbox } from './toolbox.ts';

let base: string;
let root: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(path.join(tmpdir(), 'relay-files-')));
  root = path.join(base, 'project');
  mkdirSync(path.join(root, 'src'), { recursive: true });
  mkdirSync(path.join(base, 'home'));
  writeFileSync(path.join(base, 'outside.txt'), 'outside secret\n');
  write('a.txt', 'one\ntwo\nthree\n');
  write('src/b.ts', 'export const needle = 1;\n');
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

function write(name: string, text: string | Buffer): void {
  mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
  writeFileSync(path.join(root, name), text);
}

function git(...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: root });
}

function commitAll(): void {
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'begin');
}

async function use(name: string, input: unknown, cwd = root): Promise<string> {
  const home = path.join(base, 'home');
  const env = toolEnvironment({ PATH: process.env.PATH });
  const toolbox = createToolbox({
    tools: () => [
      createReadFile(home),
      createListFiles({ home, env }),
      createSearchFiles({ home, env }),
      createGitDiff({ home, env }),
    ],
    policyOf: () => undefined,
    onBug: (_name, error) => {
      throw error;
    },
  });
  const place = { sessionId: 's1' as SessionId, cwd, root };
  const prepared = toolbox.prepare({ toolUseId: 't', name, input }, place, new Map());
  if (prepared.kind === 'refused') return prepared.output;
  expect(prepared.policy).toBe('allow');
  const signal = new AbortController().signal;
  const { output, isError } = await prepared.run({ place, signal, onOutput: () => undefined });
  return isError ? `error: ${output}` : output;
}

describe('read_file', () => {
  test('reads a file or a range of its lines, from the folder of the session', async () => {
    expect(await use('read_file', { path: 'a.txt' })).toBe('one\ntwo\nthree\n');
    expect(await use('read_file', { path: 'a.txt', from_line: 2, to_line: 2 })).toBe('two\n');
    expect(await use('read_file', { path: '../a.txt' }, path.join(root, 'src'))).toMatch(/^one/);
    expect(await use('read_file', { path: 'a.txt', from_line: 9 })).toMatch(/has no line 9/);
    expect(await use('read_file', { path: 'none.txt' })).toBe('error: There is no none.txt.');
    expect(await use('read_file', { path: 'src' })).toMatch(/is a folder/);
    expect(await use('read_file', { path: 7 })).toMatch(/does not fit read_file/);
  });

  test('long files lose their middle, binary ones are named, pipes are not waited for', async () => {
    write('long.txt', Array.from({ length: 30_000 }, (_, n) => `line ${n} ü\n`).join(''));
    const long = await use('read_file', { path: 'long.txt' });
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(100_000);
    expect(long).toMatch(/^line 0 ü\n[\s\S]*bytes are left out here[\s\S]*line 29999 ü\n$/);
    expect(long).not.toContain('\uFFFD');
    write('image.png', Buffer.from([0x89, 0x50, 0, 1, 2]));
    expect(await use('read_file', { path: 'image.png' })).toMatch(/binary file \(5 bytes\)/);
    execFileSync('mkfifo', [path.join(root, 'pipe')]);
    expect(await use('read_file', { path: 'pipe' })).toMatch(/not a regular file/);
  });

  test.each([
    '../outside.txt',
    '../../../../../../etc/passwd',
    '/etc/passwd',
    'src/../../outside.txt',
  ])('nothing outside of the project: %s', async (wanted) => {
    expect(await use('read_file', { path: wanted })).toMatch(/^error: .* outside of the project/);
  });

  test('no way out by links, and no telling what is there', async () => {
    symlinkSync(path.join(base, 'outside.txt'), path.join(root, 'link.txt'));
    symlinkSync(base, path.join(root, 'up'));
    symlinkSync('link.txt', path.join(root, 'link-to-link.txt'));
    symlinkSync(path.join(root, 'a.txt'), path.join(root, 'inside.txt'));
    for (const wanted of [
      'link.txt',
      'up/outside.txt',
      'link-to-link.txt',
      'up/project/../outside.txt',
    ]) {
      expect(await use('read_file', { path: wanted })).not.toContain('secret');
    }
    expect(await use('read_file', { path: 'inside.txt' })).toMatch(/^one/);
    const there = await use('read_file', { path: '../outside.txt' });
    const notThere = await use('read_file', { path: '../nothing.txt' });
    expect(notThere).toBe(there.replace('outside.txt', 'nothing.txt'));
  });

  test('neither secrets nor the home of Relay', async () => {
    write('.env', 'KEY=1');
    write('.env.example', 'KEY=');
    write('deploy/server.pem', 'x');
    write('.ssh/config', 'x');
    symlinkSync('.env', path.join(root, 'innocent.txt'));
    for (const wanted of ['.env', 'deploy/server.pem', '.ssh/config', 'innocent.txt']) {
      expect(await use('read_file', { path: wanted })).toMatch(/looks like it holds secrets/);
    }
    expect(await use('read_file', { path: '.env.example' })).toBe('KEY=');
  });
});

describe('list_files and search_files', () => {
  test('in a repository what is ignored is left out', async () => {
    write('.gitignore', 'build/\n');
    write('build/out.js', 'needle');
    commitAll();
    write('new file.txt', 'needle again\n');
    expect((await use('list_files', {})).split('\n')).toEqual([
      '.gitignore',
      'a.txt',
      'new file.txt',
      'src/b.ts',
    ]);
    expect(await use('list_files', { path: 'src' })).toBe('src/b.ts');
    const found = await use('search_files', { pattern: 'need(le)+' });
    expect(found.split('\n').sort()).toEqual([
      'new file.txt:1:needle again',
      'src/b.ts:1:export const needle = 1;',
    ]);
    expect(
      await use('search_files', { pattern: 'NEEDLE', path: 'src', ignore_case: true }),
    ).toMatch(/^src\/b\.ts:1:/);
    expect(await use('search_files', { pattern: 'nowhere' })).toBe('(nothing found)');
    expect(await use('search_files', { pattern: '(' })).toMatch(/^error: The search failed/);
  });

  test('without a repository as well, and links are not followed', async () => {
    symlinkSync(base, path.join(root, 'up'));
    write('node_modules/x/index.js', 'needle');
    expect((await use('list_files', {})).split('\n')).toEqual(['a.txt', 'src/b.ts', 'up']);
    expect(await use('search_files', { pattern: 'secret' })).toBe('(nothing found)');
    expect(await use('search_files', { pattern: 'x', path: '../' })).toMatch(
      /outside of the project/,
    );
    expect(await use('list_files', { path: 'up' })).toMatch(/outside of the project/);
  });

  test('what is searched for is never taken for an option', async () => {
    expect(await use('search_files', { pattern: '--help' })).toBe('(nothing found)');
    write('-e', 'dash\n');
    expect(await use('search_files', { pattern: 'dash', path: '-e' })).toMatch(/-e:1:dash/);
  });

  test('secrets are not found', async () => {
    write('.env', 'needle=1');
    write('src/.env.local', 'needle=1');
    const found = await use('search_files', { pattern: 'needle' });
    expect(found).toBe('src/b.ts:1:export const needle = 1;');
  });
});

describe('git_diff', () => {
  test('shows branch, status and what has changed', async () => {
    commitAll();
    write('a.txt', 'one\n2\nthree\n');
    write('new.txt', 'x');
    const shown = await use('git_diff', {});
    expect(shown).toMatch(/^## main\n M a\.txt\n\?\? new\.txt\n\ndiff --git/);
    expect(shown).toMatch(/\n-two\n\+2\n/);
    expect(await use('git_diff', { staged: true })).toMatch(/\(no changes\)$/);
    git('commit', '-qam', 'two');
    expect(await use('git_diff', { ref: 'HEAD~1..HEAD', path: 'a.txt' })).toMatch(/\n\+2\n/);
    expect(await use('git_diff', { ref: 'nothing' })).toMatch(/^error: git failed/);
  });

  test('runs nothing that the repository names, and takes no options', async () => {
    commitAll();
    const ran = path.join(base, 'ran');
    git('config', 'diff.external', `touch ${ran}; true`);
    git('config', 'core.fsmonitor', `touch ${ran}; true`);
    write('a.txt', 'changed\n');
    expect(await use('git_diff', {})).toMatch(/\+changed/);
    expect(await use('list_files', {})).toMatch(/^a\.txt/);
    expect(await use('git_diff', { ref: `--output=${ran}` })).toMatch(/must be a revision/);
    expect(() => execFileSync('test', ['-e', ran])).toThrow();
  });

  test('a folder without a repository, or without a commit, is told', async () => {
    expect(await use('git_diff', {})).toMatch(/^error: git failed: .*not a git repository/);
    git('init', '-q');
    expect(await use('git_diff', {})).toMatch(/no commit to compare with/);
  });
});
