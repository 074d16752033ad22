import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ToolPlugIn } from '#shared/models.ts';
import type { Bus } from '../engine/bus.ts';
import { loadPlugIn, type PlugIn, readManifest } from './plug-in.ts';
import type { AnyTool } from './tool.ts';

export interface PlugInsOptions {
  /** `tools/` of the home. */
  folder: string;
  /** The setting `tools.plugins`: only what is `true` is on. */
  chosen: () => Readonly<Record<string, unknown>>;
  /** Without tools nothing is loaded either. */
  areToolsOn: () => boolean;
  /** Of Relay's own tools, which no plug-in takes the place of. */
  takenNames: ReadonlySet<string>;
  bus: Bus;
  onLoaded: (name: string, tools: readonly string[]) => void;
}

/** The tool plug-ins that the owner has turned on. What one does wrong concerns itself alone. */
export interface PlugIns {
  tools(): readonly AnyTool[];
  problems(): string[];
  /** Every folder there is, and what is turned on without one; reads manifests, runs nothing. */
  list(): Promise<ToolPlugIn[]>;
  /** Loads what has been turned on since, and leaves what has been turned off. */
  refresh(): Promise<void>;
  stop(): void;
}

const goodName = /^[a-z0-9][a-z0-9_-]{0,63}$/;

export function createPlugIns(options: PlugInsOptions): PlugIns {
  const { folder, chosen, areToolsOn, takenNames, bus, onLoaded } = options;
  const loaded = new Map<string, { plugIn: PlugIn; leave: () => void }>();
  const problems = new Map<string, string>();
  let last: Promise<void> = Promise.resolve();

  const turnedOn = () =>
    Object.entries(chosen())
      .filter(([, isOn]) => isOn === true)
      .map(([name]) => name)
      .sort();
  const wanted = () => (areToolsOn() ? turnedOn() : []);

  async function refresh(): Promise<void> {
    const names = wanted();
    for (const [name, { leave }] of loaded) {
      if (names.includes(name)) continue;
      leave();
      loaded.delete(name);
    }
    for (const name of problems.keys()) if (!names.includes(name)) problems.delete(name);
    for (const name of names) if (!loaded.has(name)) await load(name);
  }

  async function load(name: string): Promise<void> {
    try {
      if (!goodName.test(name)) throw new Error('its name may hold only a-z, 0-9, _ and -');
      const plugIn = await loadPlugIn(path.join(folder, name));
      const taken = new Set([...takenNames, ...toolNames()]);
      for (const tool of plugIn.tools) {
        if (taken.has(tool.name)) throw new Error(`there is another tool "${tool.name}" already`);
        taken.add(tool.name);
      }
      const leave = plugIn.onEvent ? bus.subscribe(plugIn.onEvent) : () => undefined;
      loaded.set(name, { plugIn, leave });
      problems.delete(name);
      onLoaded(
        name,
        plugIn.tools.map((tool) => tool.name),
      );
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      problems.set(
        name,
        `The tool plug-in ${name} could not be loaded: ${why}. Mend it, then turn it off and on again (tools.plugins).`,
      );
    }
  }

  async function list(): Promise<ToolPlugIn[]> {
    const on = turnedOn();
    const names = new Set([...(await folders()), ...on]);
    return Promise.all(
      [...names].sort().map(async (name) => ({
        name,
        description: goodName.test(name) ? await descriptionOf(path.join(folder, name)) : '',
        isOn: on.includes(name),
        tools: loaded.get(name)?.plugIn.tools.map((tool) => tool.name) ?? [],
        problem: problems.get(name) ?? '',
      })),
    );
  }

  /** Those whose names a plug-in may have. */
  async function folders(): Promise<string[]> {
    try {
      const found = await readdir(folder, { withFileTypes: true });
      return found
        .filter((one) => !one.isFile() && goodName.test(one.name))
        .map(({ name }) => name);
    } catch {
      // There is no such folder until the owner makes one.
      return [];
    }
  }

  function toolNames(): string[] {
    return [...loaded.values()].flatMap(({ plugIn }) => plugIn.tools.map((tool) => tool.name));
  }

  return {
    tools: () =>
      [...loaded]
        // The same order whatever was turned on first, for the prompt cache.
        .sort(([a], [b]) => a.localeCompare(b))
        .flatMap(([, { plugIn }]) => plugIn.tools),
    problems: () => [...problems.values()],
    list,
    refresh() {
      last = last.then(refresh);
      return last;
    },
    stop() {
      for (const { leave } of loaded.values()) leave();
      loaded.clear();
    },
  };
}

async function descriptionOf(folder: string): Promise<string> {
  try {
    return (await readManifest(folder)).description;
  } catch {
    return '';
  }
}
