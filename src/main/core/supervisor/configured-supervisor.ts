import path from 'node:path';
import type { Home } from '../settings/home.ts';
import type { Logger } from '../settings/logs.ts';
import { credentialOf } from '../settings/secrets.ts';
import type { SettingsStore } from '../settings/settings.ts';
import { createAnthropicSupervisor } from './anthropic.ts';
import { createChosenSupervisor } from './chosen-supervisor.ts';
import { createClaudeCodeSupervisor } from './claude-code.ts';
import type { Supervisor } from './supervisor.ts';

export interface ConfiguredSupervisorOptions {
  home: Home;
  settings: SettingsStore;
  log: Logger;
  env: NodeJS.ProcessEnv;
}

/** The supervisor that the settings choose, at every call anew. */
export function createConfiguredSupervisor({
  home,
  settings,
  log,
  env,
}: ConfiguredSupervisorOptions): Supervisor {
  const idleTimeoutMs = () => settings.current().supervisor.idleTimeoutSeconds * 1000;
  return createChosenSupervisor(() => settings.current().supervisor.provider, {
    anthropic: createAnthropicSupervisor({
      credential: () => {
        const held = credentialOf(settings.secrets());
        if (!held) return undefined;
        const value = held.secret.reveal();
        return held.kind === 'api-key' ? { apiKey: value } : { authToken: value };
      },
      baseUrl: () => settings.current().supervisor.baseUrl ?? undefined,
      idleTimeoutMs,
      logger: log,
    }),
    'claude-code': createClaudeCodeSupervisor({
      env,
      emptyDir: path.join(home.state, 'empty'),
      idleTimeoutMs,
      logger: log,
    }),
  });
}
