import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const command = join(import.meta.dirname, '..', 'bin', 'relay');

/** How long `relay status --json` takes from start to end, milliseconds. */
export function timeStatus(env: NodeJS.ProcessEnv): Promise<number> {
  return timeProcess(command, ['status', '--json'], env);
}

/** A Node that does nothing: what no command can beat. */
export function timeBareNode(env: NodeJS.ProcessEnv): Promise<number> {
  return timeProcess(process.execPath, ['-e', '0'], env);
}

async function timeProcess(file: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(file, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}`);
  return performance.now() - startedAt;
}
