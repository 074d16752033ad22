const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** How often a relay that npm started looks whether npm is still there. */
const parentCheckMs = 500;

/**
 * Resolves when this process is told to stop; a second signal ends it at once.
 *
 * npm (`npx relay run`, `npm start`) puts a shell in between and passes signals on to that alone, so
 * the relay would live on and hold the home. There the shell's end counts as a signal.
 */
export function waitForStop(env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve) => {
    let isAsked = false;
    for (const [signal, number] of Object.entries(signals)) {
      process.on(signal, () => {
        if (isAsked) process.exit(128 + number);
        isAsked = true;
        resolve();
      });
    }
    if (env.npm_lifecycle_event === undefined) return;
    const parent = process.ppid;
    const check = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(check);
      resolve();
    }, parentCheckMs);
    check.unref();
  });
}
