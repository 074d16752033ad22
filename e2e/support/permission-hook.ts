import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { RelayProcess } from './relay-process.ts';

/**
 * Claude Code wants to run a command: its own hook asks Relay and waits.
 * @returns what the hook tells Claude Code once it ends; empty for no decision
 */
export function askPermission(
  relay: RelayProcess,
  session: { id: string; title?: string; cwd?: string; transcript?: string },
  input: { command: string; description?: string },
): Promise<string> {
  const { id, title, cwd, transcript } = session;
  const hook = spawn(path.join(relay.home, 'hooks', 'permission.sh'), {
    env: { ...relay.env, CLAUDE_CODE_SESSION_ID: id },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  hook.stdin.end(
    JSON.stringify({
      ...{ session_id: id, title, cwd, hook_event_name: 'PermissionRequest' },
      ...{ tool_name: 'Bash', tool_input: input, transcript_path: transcript },
    }),
  );
  return text(hook.stdout);
}
