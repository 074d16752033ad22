import { build, isBuildStale } from '../../scripts/build.ts';

/** The specs run what is built, as a user does; what is stale would prove nothing. */
export default function buildFirst(): void {
  if (isBuildStale() && !build()) throw new Error('The interface does not build.');
}
