import type { Engine } from './engine/engine.ts';
import type { Logger } from './settings/logs.ts';
import type { SettingsStore } from './settings/settings.ts';
import { createShells } from './tools/bash/shells.ts';
import { createOwnTools } from './tools/own-tools.ts';
import { placeOf } from './tools/place.ts';
import { toolEnvironment } from './tools/tool-environment.ts';
import { policyIn, policyProblems } from './tools/tool-policies.ts';
import { createToolbox } from './tools/toolbox.ts';

export interface RelayToolsOptions {
  home: string;
  env: NodeJS.ProcessEnv;
  engine: Engine;
  settings: SettingsStore;
  log: Logger;
}

/** The supervisor's tools as this relay's settings want them. */
export function createRelayTools({ home, env, engine, settings, log }: RelayToolsOptions) {
  const given = () => settings.current().tools;
  const shells = createShells({ home, env: toolEnvironment(env) });
  const own = createOwnTools({
    ...{ home, env, shells },
    bashRules: () => given().bashRules,
    timeLimitSeconds: () => given().timeLimitSeconds,
  });
  const toolbox = createToolbox({
    tools: () => (given().enabled ? own : []),
    policyOf: (name) => policyIn(given().policies, name),
    onBug: (name, error) => log.error({ name, error }, 'a tool broke down'),
  });
  return {
    toolbox,
    placeOf: (exchange: Parameters<typeof placeOf>[1]) => placeOf(engine.state, exchange),
    /** What a relay that was killed has left running in this home is ended. */
    start: () => shells.sweep(),
    stop: () => shells.end(),
    problems: () => [
      ...policyProblems('tools.policies', given().policies),
      ...policyProblems('tools.bashRules', given().bashRules),
    ],
  };
}
