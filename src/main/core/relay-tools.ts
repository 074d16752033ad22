import path from 'node:path';
import type { Bus } from './engine/bus.ts';
import type { Engine } from './engine/engine.ts';
import type { Logger } from './settings/logs.ts';
import type { SettingsStore } from './settings/settings.ts';
import { createShells } from './tools/bash/shells.ts';
import { createOwnTools } from './tools/own-tools.ts';
import { placeOf } from './tools/place.ts';
import { createPlugIns } from './tools/plug-ins.ts';
import type { AnyTool } from './tools/tool.ts';
import { toolEnvironment } from './tools/tool-environment.ts';
import { policyIn, policyProblems } from './tools/tool-policies.ts';
import { createToolbox } from './tools/toolbox.ts';

export interface RelayToolsOptions {
  home: string;
  env: NodeJS.ProcessEnv;
  engine: Engine;
  bus: Bus;
  settings: SettingsStore;
  log: Logger;
  /** Offered behind the tools that act in the session's folder. */
  more: readonly AnyTool[];
}

/** The supervisor's tools as this relay's settings want them. */
export function createRelayTools(options: RelayToolsOptions) {
  const { home, env, engine, bus, settings, log, more } = options;
  const given = () => settings.current().tools;
  const shells = createShells({ home, env: toolEnvironment(env) });
  const own = createOwnTools({
    ...{ home, env, shells },
    bashRules: () => given().bashRules,
    timeLimitSeconds: () => given().timeLimitSeconds,
  });
  const all = [...own, ...more];
  const plugIns = createPlugIns({
    folder: path.join(home, 'tools'),
    areToolsOn: () => given().enabled,
    chosen: () => given().plugins,
    takenNames: new Set(all.map(({ name }) => name)),
    bus,
    onLoaded: (name, tools) => log.info({ name, tools }, 'a tool plug-in was loaded'),
  });
  const leaveSettings = settings.onChange(() => void plugIns.refresh());
  const toolbox = createToolbox({
    tools: () => (given().enabled ? [...all, ...plugIns.tools()] : []),
    policyOf: (name) => policyIn(given().policies, name),
    onBug: (name, error) => log.error({ name, error }, 'a tool broke down'),
  });
  return {
    toolbox,
    plugIns: () => plugIns.list(),
    placeOf: (exchange: Parameters<typeof placeOf>[1]) => placeOf(engine.state, exchange),
    /** What a relay that was killed has left running in this home is ended. */
    async start() {
      await Promise.all([shells.sweep(), plugIns.refresh()]);
    },
    async stop() {
      leaveSettings();
      plugIns.stop();
      await shells.end();
    },
    problems: () => [
      ...policyProblems('tools.policies', given().policies),
      ...policyProblems('tools.bashRules', given().bashRules),
      ...plugIns.problems(),
    ],
  };
}
