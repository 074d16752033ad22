import { claudeVersion, findClaude } from './claude-program.ts';
import { type ConnectedFile, connections } from './connect.ts';
import { outdatedHooks } from './install-hooks.ts';

/** What `doctor` tells about Claude Code. */
export interface ClaudeCodeDiagnosis {
  /** `undefined` where there is none; `version` where it does not say. */
  claude: { path: string; version: string | undefined } | undefined;
  connected: ConnectedFile[];
  /** Hook files that are missing, of another version or not executable. */
  outdatedHooks: string[];
  /** Each fault with what to do about it; empty when all is well. */
  faults: string[];
}

/** Looks at the machine; changes nothing. */
export async function diagnoseClaudeCode(where: {
  home: string;
  resourcesDir: string;
  env?: NodeJS.ProcessEnv;
}): Promise<ClaudeCodeDiagnosis> {
  const { home, resourcesDir, env = process.env } = where;
  const path = findClaude(env);
  const version = path === undefined ? undefined : await claudeVersion(path, env);
  const found = {
    claude:
      path === undefined ? undefined : { path, version: version?.ok ? version.value : undefined },
    connected: connections(home, env),
    outdatedHooks: outdatedHooks(home, resourcesDir),
  };
  return { ...found, faults: faultsOf(found) };
}

function faultsOf(found: Omit<ClaudeCodeDiagnosis, 'faults'>): string[] {
  const { claude, connected, outdatedHooks: outdated } = found;
  const partly = connected.filter((file) => file.present === 'some').map(({ file }) => file);
  return [
    ...(claude === undefined
      ? ['There is no claude in PATH. Install Claude Code, or start Relay with its folder in PATH.']
      : []),
    ...(claude !== undefined && claude.version === undefined
      ? [`${claude.path} does not run. Try it in a terminal.`]
      : []),
    ...(connected.length === 0
      ? ['No session is connected. Run relay connect claude-code, or use the plug-in folder.']
      : []),
    ...partly.map(
      (file) => `Some hooks are missing in ${file}. Run relay connect claude-code again.`,
    ),
    ...(outdated.length > 0
      ? ['The hook scripts are not those of this version. Run relay connect claude-code again.']
      : []),
  ];
}
