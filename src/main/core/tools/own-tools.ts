import { createBash } from './bash/bash-tool.ts';
import type { Shells } from './bash/shells.ts';
import { createGitDiff } from './git-diff.ts';
import { createListFiles } from './list-files.ts';
import { createReadFile } from './read-file.ts';
import { createSearchFiles } from './search-files.ts';
import type { AnyTool } from './tool.ts';
import { toolEnvironment } from './tool-environment.ts';
import type { PolicyTable } from './tool-policies.ts';
import { createWebGet } from './web/web-get.ts';

export interface OwnToolsOptions {
  /** Of the relay. */
  home: string;
  env: NodeJS.ProcessEnv;
  shells: Shells;
  bashRules: () => PolicyTable;
  timeLimitSeconds: () => number;
}

/** The tools that come with Relay, in the order in which every request offers them. */
export function createOwnTools(options: OwnToolsOptions): readonly AnyTool[] {
  const home = options.home;
  const env = toolEnvironment(options.env);
  return [
    createReadFile(home),
    createListFiles({ home, env }),
    createSearchFiles({ home, env }),
    createGitDiff({ home, env }),
    createBash({
      shells: options.shells,
      rules: options.bashRules,
      timeLimitSeconds: options.timeLimitSeconds,
    }),
    createWebGet(),
  ];
}
