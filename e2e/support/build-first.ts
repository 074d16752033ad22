import { build, isBuildStale } from '../../scripts/build.ts';
import { builtApp } from '../desktop/built-app.ts';
import { whyNoRig } from '../desktop/rig.ts';

/** The specs run what is built, as a user does; what is stale would prove nothing. */
export default function buildFirst(): void {
  if (isBuildStale() && !build()) throw new Error('The interface does not build.');
  const why = whyNoRig();
  if (why === undefined) builtApp();
  else console.warn(`The desktop specs are skipped: ${why}.`);
}
