import { connections } from '#core/claude-code/connect.ts';
import { outdatedHooks } from '#core/claude-code/install-hooks.ts';
import { findInstallation } from '#core/installation.ts';
import { type Check, fault, good, note, type Patient } from './check.ts';

/** Whether Claude Code hands over its words. */
export function checkHooks({ home, env }: Patient): Check[] {
  const files = connections(home.root, env);
  if (files.length === 0) {
    const how = 'Connect it with: relay connect claude-code';
    return [note('hooks', `Claude Code is not connected through its settings. ${how}`)];
  }
  const checks = files.map(({ file, kind, present }) => {
    if (present === 'all') return good('hooks', `Claude Code is connected in ${file}.`);
    const where =
      kind === 'user' ? '--user' : `--project ${file.replace(/\/\.claude\/[^/]*$/, '')}`;
    return fault(
      'hooks',
      `${file} has only some of Relay's hooks. Run: relay connect claude-code ${where}`,
    );
  });
  const outdated = outdatedHooks(home.root, findInstallation().resourcesDir);
  if (outdated.length > 0) {
    const what = outdated.length === 1 ? outdated[0] : `${outdated.length} files in ${home.hooks}`;
    checks.push(
      fault('hooks', `${what} are not of this version. Start the relay again; it mends them.`),
    );
  }
  return checks;
}
