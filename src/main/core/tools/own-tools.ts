import { createGitDiff } from './git-diff.ts';
import { createListFiles } from './list-files.ts';
import { createReadFile } from './read-file.ts';
import { createSearchFiles } from './search-files.ts';
import type { AnyTool } from './tool.ts';
import { toolEnvironment } from './tool-environment.ts';

export interface OwnToolsOptions {
  /** Of the relay. */
  home: string;
  env: NodeJS.ProcessEnv;
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
  ];
}
