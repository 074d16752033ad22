import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A hook script run by itself, as Claude Code would run it. */
export interface HookProcess {
  child: ChildProcess;
  exited: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** Starts a hook of `home`; `shell` is the interpreter where it shall not be the script's own. */
export function startHook(
  home: string,
  script: string,
  input: object,
  options: { args?: string[]; shell?: string[]; env?: Record<string, string> } = {},
): HookProcess {
  const { args = [], shell = [], env = {} } = options;
  const [program = '', ...rest] = [...shell, join(home, 'hooks', script), ...args];
  const child = spawn(program, rest, {
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      CLAUDE_CODE_SESSION_ID: 's-1',
      CLAUDE_CODE_SESSION_ATTENDED: '1',
      CLAUDE_PID: String(process.pid),
      ...env,
    },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  child.stdin.on('error', () => {}); // a hook that has nothing to do does not read
  child.stdin.end(`${JSON.stringify(input)}\n`);
  return { child, exited: once(child, 'close').then(([code]) => ({ code, stdout, stderr })) };
}
