import type { AtPoint } from './fault-point.ts';
import type { SecretSource } from './settings/secret-source.ts';

export interface RelayOptions {
  /** Absent: `RELAY_HOME`, or `~/.relay`. */
  home?: string;
  env: NodeJS.ProcessEnv;
  host: 'headless' | 'desktop';
  version: string;
  /** Secrets that the host keeps outside of the home. */
  secrets?: SecretSource;
  /** Program and first arguments of the `relay` command; absent: this process's own Node. */
  command?: readonly [string, ...string[]];
  /** For tests of what a crash leaves behind. */
  atPoint?: AtPoint;
}
