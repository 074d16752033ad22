import { join } from 'node:path';

/** A day, in seconds: how long a session may wait for the owner. Claude Code's default is 600. */
const WAIT_SECONDS = 86_400;

/** One hook as Claude Code's settings spell it. */
export interface HookEntry {
  type: 'command';
  command: string;
  timeout?: number;
  statusMessage?: string;
  asyncRewake?: boolean;
  rewakeMessage?: string;
  rewakeSummary?: string;
}

export type HookBlock = Record<string, { hooks: HookEntry[] }[]>;

/** The variable that lifts Claude Code's limit of 8 continuations: Relay guards loops itself. */
export const CAP_VARIABLE = 'CLAUDE_CODE_STOP_HOOK_BLOCK_CAP';
/** `0` means no limit. */
export const CAP_LIFTED = '0';

/** Every script in resources/hooks; all but `common.sh` are run by Claude Code. */
export const HOOK_SCRIPTS = [
  'common.sh',
  'stop.sh',
  'prompt.sh',
  'start.sh',
  'event.sh',
  'wake.sh',
  'permission.sh',
] as const;

/** What Relay hooks into Claude Code: the `hooks` of a settings file, and of the plug-in. */
export function hookBlock(home: string): HookBlock {
  const run = (script: (typeof HOOK_SCRIPTS)[number], argument = ''): HookEntry => ({
    type: 'command',
    command: `${shellWord(join(home, 'hooks', script))} ${argument}`.trimEnd(),
  });
  const only = (entry: HookEntry) => [{ hooks: [entry] }];
  return {
    Stop: only({
      ...run('stop.sh'),
      timeout: WAIT_SECONDS,
      statusMessage: 'Waiting for Relay (type to take over)',
    }),
    PermissionRequest: only({ ...run('permission.sh'), timeout: WAIT_SECONDS }),
    UserPromptSubmit: only(run('prompt.sh')),
    SessionStart: only(run('start.sh')),
    SessionEnd: only(run('event.sh', 'end')),
    StopFailure: only(run('event.sh', 'failure')),
    Notification: only(run('event.sh', 'notification')),
    FileChanged: only({
      ...run('wake.sh'),
      asyncRewake: true,
      rewakeMessage: 'Relay, in the name of the owner of this session:',
      rewakeSummary: 'Word from Relay',
    }),
  };
}

/** Whether a hook of a settings file was written by the relay of this home. */
export function isRelayCommand(command: unknown, home: string): boolean {
  if (typeof command !== 'string') return false;
  const folder = `${join(home, 'hooks')}/`;
  // Quoted or not: the folder's name stands at the beginning either way.
  return command.startsWith(folder) || command.startsWith(`'${folder.replaceAll("'", `'\\''`)}`);
}

function shellWord(path: string): string {
  return /^[A-Za-z0-9_@%+:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
