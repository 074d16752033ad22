import { findInstallation } from '#core/installation.ts';
import { humanPace } from '#demo/pace.ts';
import { startDemo } from '#demo/start-demo.ts';
import { serveRelay } from '#headless/host.ts';
import { type CommandContext, exitCode } from '../terminal.ts';

/**
 * The demo as a relay of its own with the interface in the browser: prints its address, plays the
 * story, and stays to be looked at until it is told to stop or whoever started it is gone (its
 * standard input ends).
 */
export async function serveDemo({ terminal }: CommandContext): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stop.abort());
  }
  process.stdin.resume();
  process.stdin.on('end', () => stop.abort()).on('error', () => stop.abort());

  const demo = await startDemo({ pace: humanPace, signal: stop.signal });
  const served = await serveRelay({
    relay: demo.relay,
    rendererDir: findInstallation().rendererDir,
    tcpPort: 0,
    onCrash: (error) => console.error(error),
  });
  if (!served.ok) {
    await demo.stop();
    terminal.complain(served.message);
    return exitCode.failed;
  }
  terminal.write(`${served.host.makeUrl()}\n`);
  try {
    await demo.play();
  } catch (error) {
    if (!stop.signal.aborted) terminal.complain(`The demo failed: ${String(error)}`);
  }
  await stopped(stop.signal);
  await served.host.stop();
  await demo.stop();
  return exitCode.done;
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
