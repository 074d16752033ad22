import type { RemoteRelay } from '#core/rpc/client.ts';
import type { HomeSettings } from '../home-settings.ts';

/** One thing looked at: `fault` needs the owner, `note` is worth knowing. */
export interface Check {
  name: string;
  state: 'good' | 'fault' | 'note';
  /** First the fact, then what to do. */
  message: string;
}

/** What the checks look at. */
export interface Patient extends HomeSettings {
  /** The relay of this home, when one runs. */
  relay: RemoteRelay | undefined;
  env: NodeJS.ProcessEnv;
}

export const good = (name: string, message: string): Check => ({ name, state: 'good', message });
export const fault = (name: string, message: string): Check => ({ name, state: 'fault', message });
export const note = (name: string, message: string): Check => ({ name, state: 'note', message });
