import { z } from 'zod';
import { runGit, whyGitFailed } from './git.ts';
import { confine } from './project-path.ts';
import { asAnyTool, done, failed } from './tool.ts';

const Input = z.strictObject({
  ref: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_./@{}~^-]*$/, 'must be a revision or range')
    .optional()
    .describe(
      'A revision or range such as main...HEAD; default the changes that are not committed.',
    ),
  staged: z.boolean().optional().describe('Only what is staged.'),
  path: z.string().min(1).optional().describe('Only this file or folder of the project.'),
});

interface Options {
  home: string;
  env: NodeJS.ProcessEnv;
}

export function createGitDiff({ home, env }: Options) {
  return asAnyTool<z.output<typeof Input>>({
    name: 'git_diff',
    description:
      "Shows what has changed in the session's project: branch and status, then the diff, by default of everything that is not committed. Changes nothing.",
    input: Input,
    policy: 'allow',
    needsPlace: true,
    show: ({ ref, staged, path }) =>
      ['git diff', staged ? '--staged' : '', ref ?? '', path ?? ''].filter(Boolean).join(' '),
    async execute({ ref, staged = false, path: wanted }, { place, signal }) {
      if (!place) return failed('There is no folder to look at.');
      const confined = await confine(place, wanted ?? place.root, home);
      if (!confined.ok) return failed(confined.why);
      const { shown } = confined.found;
      const options = { env, signal };
      const status = await runGit(place, ['status', '--short', '--branch', '--', shown], options);
      if (status.exitCode !== 0) return failed(whyGitFailed(status));
      const what = staged ? ['--staged'] : [ref ?? 'HEAD'];
      const args = ['diff', '--no-ext-diff', '--no-textconv', '--no-color', ...what, '--', shown];
      const diff = await runGit(place, args, options);
      if (diff.exitCode !== 0 && (ref !== undefined || staged)) return failed(whyGitFailed(diff));
      // A repository without a commit has no HEAD to compare with.
      const text = diff.exitCode === 0 ? diff.stdout : '(no commit to compare with)';
      return done(`${status.stdout.trimEnd()}\n\n${text === '' ? '(no changes)' : text.trimEnd()}`);
    },
  });
}
