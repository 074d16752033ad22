import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Order, Report } from './soaked-relay.ts';

export type Measured = Extract<Report, { kind: 'measures' }>;

/** The relay that is soaked, in a process of its own so that nothing else is measured along. */
export interface SoakedProcess {
  measure(): Promise<Measured>;
  stop(): Promise<void>;
  kill(): void;
}

const deadlineMs = 60_000;

/** @param speed how much faster than the real one its clock runs */
export async function startSoakedProcess(
  home: string,
  apiUrl: string,
  speed: number,
): Promise<SoakedProcess> {
  const child = fork(path.join(import.meta.dirname, 'soaked-relay.ts'), [home], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {
      PATH: process.env.PATH,
      HOME: home,
      RELAY_SOAK_SPEED: String(speed),
      RELAY_NTFY_ENABLED: 'false',
      ANTHROPIC_API_KEY: 'sk-ant-soak',
      ANTHROPIC_BASE_URL: apiUrl,
      NODE_COMPILE_CACHE: path.join(import.meta.dirname, '..', '..', '.cache', 'compile'),
    },
  });
  await next(child, 'ready');
  const tell = (order: Order) => child.send(order);
  return {
    measure() {
      tell('measure');
      return next(child, 'measures');
    },
    async stop() {
      const exited = once(child, 'exit');
      tell('stop');
      await exited;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

function next<K extends Report['kind']>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<Report, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => end(new Error(`the relay did not say: ${kind}`)), deadlineMs);
    const hear = (report: Report) => {
      // The kind was compared, so it is that report.
      if (report.kind === kind) end(report as Extract<Report, { kind: K }>);
    };
    const leave = () => end(new Error('the relay is gone'));
    const end = (result: Extract<Report, { kind: K }> | Error) => {
      clearTimeout(timer);
      child.off('message', hear).off('exit', leave);
      if (result instanceof Error) reject(result);
      else resolve(result);
    };
    child.on('message', hear).on('exit', leave);
  });
}
