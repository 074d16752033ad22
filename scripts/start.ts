/** `npm start`: builds what is stale, then runs the relay and prints the address of its interface. */
import { build, isBuildStale } from './build.ts';

if (isBuildStale() && !build()) process.exit(1);
// In this process, so that signals and the exit code are the relay's own.
await import(new URL('../out/main/headless.js', import.meta.url).href);
