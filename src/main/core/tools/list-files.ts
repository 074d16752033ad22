import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { runGit } from './git.ts';
import { confine, type ProjectPath } from './project-path.ts';
import { asAnyTool, done, failed, type ToolContext, type ToolPlace } from './tool.ts';

const Input = z.strictObject({
  path: z
    .string()
    .min(1)
    .optional()
    .describe('A folder of the project; default the working directory of the session.'),
});

const mostFiles = 3_000;
/** Where there is no git to say what is generated. */
const passedOver = new Set(['.git', 'node_modules', '.venv', '__pycache__', 'target', '.cache']);
const listBytes = 4 * 1024 * 1024;

interface Options {
  home: string;
  env: NodeJS.ProcessEnv;
}

export function createListFiles({ home, env }: Options) {
  return asAnyTool<z.output<typeof Input>>({
    name: 'list_files',
    description:
      "Lists the files under a folder of the session's project, with all subfolders, one path a line, relative to the project. In a git repository: tracked files and new ones that are not ignored. At most 3,000.",
    input: Input,
    policy: 'allow',
    needsPlace: true,
    show: ({ path: folder = '.' }) => `list_files ${folder}`,
    async execute({ path: wanted = '.' }, { place, signal }) {
      if (!place) return failed('There is no folder to list.');
      const confined = await confine(place, wanted, home);
      if (!confined.ok) return failed(confined.why);
      const { found } = confined;
      const files = (await listByGit(place, found, { env, signal })) ?? (await walk(found, signal));
      if (typeof files === 'string') return failed(files);
      if (files.length === 0) return done('(no files)');
      const shown = files.slice(0, mostFiles);
      const more =
        files.length > shown.length ? `\n[at least ${files.length - shown.length} more]` : '';
      return done(shown.join('\n') + more);
    },
  });
}

/** undefined: it is no repository. */
async function listByGit(
  place: ToolPlace,
  { shown }: ProjectPath,
  options: { env: NodeJS.ProcessEnv; signal: ToolContext['signal'] },
): Promise<string[] | undefined> {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', shown];
  const run = await runGit(place, args, { ...options, limitBytes: listBytes });
  if (run.exitCode !== 0) return undefined;
  return [...new Set(run.stdout.split('\0').filter((name) => name !== ''))].sort();
}

/** Symbolic links are named, never followed. */
async function walk(start: ProjectPath, signal: AbortSignal): Promise<string[] | string> {
  const files: string[] = [];
  const folders = [start.real];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    if (signal.aborted || files.length > mostFiles) break;
    let entries: Dirent[];
    try {
      entries = await readdir(folder, { withFileTypes: true });
    } catch (error) {
      if (folder === start.real) return `${start.shown} could not be listed: ${String(error)}`;
      continue;
    }
    const base = path.join(start.shown, path.relative(start.real, folder));
    for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name))) {
      if (entry.isDirectory()) {
        if (!passedOver.has(entry.name)) folders.push(path.join(folder, entry.name));
      } else files.push(path.join(base, entry.name));
    }
  }
  return files.sort();
}
