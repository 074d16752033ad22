import path from 'node:path';
import type { Bus } from '../engine/bus.ts';
import { loadPlugIn, type PlugIn } from './plug-in.ts';
import type { AnyTool } from './tool.ts';

export interface PlugInsOptions {
  /** `tools/` of the home. */
  folder: string;
  /** The setting `tools.plugins`: only what is `true` is on. */
  enabled: () => Readonly<Record<string, unknown>>;
  /** Of Relay's own tools, which no plug-in takes the place of. */
  takenNames: ReadonlySet<string>;
  bus: Bus;
  onLoaded: (name: string, tools: readonly string[]) => void;
}

/** The tool plug-ins that the owner has turned on. What one does wrong concerns itself alone. */
export interface PlugIns {
  tools(): readonly AnyTool[];
  problems(): string[];
  /** Loads what has been turned on since, and leaves what has been turned off. */
  refresh(): Promise<void>;
  stop(): void;
}

const goodName = /^[a-z0-9][a-z0-9_-]{0,63}$/;

export function createPlugIns(options: PlugInsOptions): PlugIns {
  const { folder, enabled, takenNames, bus, onLoaded } = options;
  const loaded = new Map<string, { plugIn: PlugIn; leave: () => void }>();
  const problems = new Map<string, string>();
  let last: Promise<void> = Promise.resolve();

  const wanted = () =>
    Object.entries(enabled())
      .filter(([, isOn]) => isOn === true)
      .map(([name]) => name)
      .sort();

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
