import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Mounts of its own, which nobody else on this machine sees. */
export interface PrivateMounts {
  /** What a command line begins with so that it runs among them. */
  prefix: readonly string[];
  /** How this process reaches a path as it is there. */
  seen(path: string): string;
  /** Runs a command there. @throws when it fails */
  run(...command: string[]): void;
  end(): Promise<void>;
}

/** Whether this process may make any: root, on Linux, where namespaces are allowed. */
export function canMount(): boolean {
  mayMount ??= tryToMount();
  return mayMount;
}

let mayMount: boolean | undefined;

function tryToMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** @throws where `canMount` says no */
export async function openPrivateMounts(): Promise<PrivateMounts> {
  // As long as this process lives, so do the mounts.
  const command = ['-m', '--propagation', 'private', 'sh', '-c', 'echo; exec sleep 600'];
  const anchor = spawn('unshare', command, { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(anchor.stdout, 'data');
  const prefix = ['nsenter', '-t', String(anchor.pid), '-m', '--'];
  return {
    prefix,
    seen: (path) => `/proc/${anchor.pid}/root${path}`,
    run(...command) {
      const [program = '', ...args] = [...prefix, ...command];
      execFileSync(program, args, { stdio: 'ignore' });
    },
    async end() {
      const exited = once(anchor, 'exit');
      anchor.kill('SIGKILL');
      await exited;
    },
  };
}
