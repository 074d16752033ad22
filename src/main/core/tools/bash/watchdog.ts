import { type ChildProcess, spawn } from 'node:child_process';
import { markVariable } from './marked-processes.ts';

/**
 * Waits for the end of its input, which the kernel closes when Relay is gone for whatever reason, and
 * ends what this relay's shells have left behind. A process of its own in a session of its own, so
 * that what kills Relay does not kill it.
 */
const script = `
cat >/dev/null
n=0
while [ $n -lt 100 ]; do
  n=$((n + 1))
  if [ -r /proc/self/environ ]; then
    pids=$(LC_ALL=C grep -ls "${markVariable}=$1" /proc/[0-9]*/environ | cut -d/ -f3)
  else
    pids=$(ps -axwwE -o pid=,command= | grep "${markVariable}[=]$1" | awk '{print $1}')
  fi
  [ -n "$pids" ] || exit 0
  kill -STOP $pids
  kill -KILL $pids
  sleep 0.1
done 2>/dev/null
`;

export interface Watchdog {
  /** To be called before a shell is started: there is one when it returns. */
  ensure(): void;
  /** Lets it end; it still looks once for what is left. */
  release(): void;
}

export function createWatchdog(markStart: string): Watchdog {
  let child: ChildProcess | undefined;
  return {
    ensure() {
      if (child && child.exitCode === null && child.signalCode === null) return;
      child = spawn('sh', ['-c', script, 'relay-watchdog', markStart], {
        detached: true,
        stdio: ['pipe', 'ignore', 'ignore'],
        env: { PATH: process.env.PATH },
        cwd: '/',
      });
      child.on('error', () => undefined);
      child.stdin?.on('error', () => undefined);
      child.unref();
      // A pipe is a socket to Node, which keeps the process alive unless it is told not to.
      const { stdin } = child;
      if (stdin && 'unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
    },
    release() {
      child?.stdin?.end();
      child = undefined;
    },
  };
}
