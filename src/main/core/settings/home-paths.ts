import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where everything of one relay is (DESIGN 2.1). Absolute paths. */
export interface Home {
  root: string;
  config: string;
  dotEnv: string;
  instructions: string;
  queue: string;
  rejected: string;
  dispatch: string;
  ownerInput: string;
  database: string;
  /** Copies of the database. */
  backups: string;
  state: string;
  controlSocket: string;
  connectionToken: string;
  /** What the names of lock files begin with (see lock.ts). */
  lock: string;
  logs: string;
  hooks: string;
}

/** The folder that `RELAY_HOME` names, or `~/.relay`. */
export function homeRoot(environment: NodeJS.ProcessEnv): string {
  const named = environment.RELAY_HOME?.trim();
  if (!named) return join(homedir(), '.relay');
  // A shell expands the tilde, a service manager does not.
  return resolve(named.replace(/^~(?=\/|$)/, homedir()));
}

/** The paths of a home; touches nothing. */
export function homeAt(root: string): Home {
  const at = (...parts: string[]) => join(root, ...parts);
  return {
    root,
    config: at('config.yaml'),
    dotEnv: at('.env'),
    instructions: at('supervisor.md'),
    queue: at('queue'),
    rejected: at('queue', '.rejected'),
    dispatch: at('dispatch'),
    ownerInput: at('jc_input.txt'),
    database: at('relay.db'),
    backups: at('backups'),
    state: at('state'),
    controlSocket: at('state', 'control.sock'),
    connectionToken: at('state', 'token'),
    lock: at('state', 'lock'),
    logs: at('logs'),
    hooks: at('hooks'),
  };
}
