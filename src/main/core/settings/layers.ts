import { plainLine } from '#shared/plain-line.ts';
import {
  checkSetting,
  type SettingDefinition,
  type SettingPath,
  Settings,
  settingDefinitions,
} from '#shared/settings.ts';
import { nearestName } from './nearest-name.ts';
import { secretNames } from './secrets.ts';

export type SettingOrigin = 'environment' | '.env' | 'config.yaml' | 'default';

type Variables = Readonly<Record<string, string | undefined>>;

/** What each place says, unchecked. */
export interface SettingLayers {
  environment: Variables;
  dotEnv: Variables;
  /** The content of config.yaml. */
  config: unknown;
}

export interface ResolvedSettings {
  settings: Settings;
  origins: ReadonlyMap<SettingPath, SettingOrigin>;
  /** Sentences for the owner: what cannot be used, and unknown keys. */
  problems: string[];
}

/** Names that others made known before Relay, beside the variable each setting has. */
const otherVariables: Partial<Record<SettingPath, string>> = {
  'supervisor.baseUrl': 'ANTHROPIC_BASE_URL',
};

/**
 * The environment wins over .env, which wins over config.yaml. A value that cannot be used is told;
 * in its stead stands the last good one from the same place, else what the next place says. Never
 * throws: a relay does not stop because of its settings.
 */
export function resolveSettings(
  layers: SettingLayers,
  lastGood: ResolvedSettings | undefined,
): ResolvedSettings {
  const problems: string[] = [];
  const origins = new Map<SettingPath, SettingOrigin>();
  const tree: Record<string, unknown> = {};
  for (const definition of settingDefinitions) {
    const found = resolveOne(definition, layers, lastGood, problems);
    origins.set(definition.path, found?.origin ?? 'default');
    if (found !== undefined) place(tree, definition, found.value);
  }
  problems.push(...unknownKeys(layers.config), ...unknownVariables(layers.dotEnv));
  return { settings: Settings.parse(tree), origins, problems };
}

function resolveOne(
  definition: SettingDefinition,
  layers: SettingLayers,
  lastGood: ResolvedSettings | undefined,
  problems: string[],
): { origin: SettingOrigin; value: unknown } | undefined {
  for (const { origin, name, value } of candidates(definition, layers)) {
    const check = checkSetting(definition, value);
    if (check.ok) return { origin, value: check.value };
    problems.push(`${origin}: ${name === undefined ? '' : `${name}: `}${check.problem}`);
    if (lastGood?.origins.get(definition.path) === origin) {
      return { origin, value: valueAt(lastGood.settings, definition) };
    }
  }
  return undefined;
}

interface Candidate {
  origin: SettingOrigin;
  /** The variable, where it comes from one. */
  name?: string;
  value: unknown;
}

function candidates(definition: SettingDefinition, layers: SettingLayers): Candidate[] {
  const found: Candidate[] = [];
  for (const [origin, variables] of [
    ['environment', layers.environment],
    ['.env', layers.dotEnv],
  ] as const) {
    for (const name of [definition.variable, otherVariables[definition.path]]) {
      const text = name ? variables[name]?.trim() : undefined;
      if (name && text) found.push({ origin, name, value: fromText(definition, text) });
    }
  }
  const value = valueAt(layers.config, definition);
  if (value !== undefined) found.push({ origin: 'config.yaml', value });
  return found;
}

/** A variable is text; what it means depends on the setting. Text that fits nothing stays text. */
function fromText({ control }: SettingDefinition, text: string): unknown {
  if (control.nullable && text.toLowerCase() === 'null') return null;
  if (control.kind === 'number') return Number.isNaN(Number(text)) ? text : Number(text);
  if (control.kind !== 'flag') return text;
  const flags: Record<string, boolean> = { true: true, '1': true, false: false, '0': false };
  return flags[text.toLowerCase()] ?? text;
}

function valueAt(tree: unknown, { section, key }: SettingDefinition): unknown {
  const group = section === null ? tree : isGroup(tree) ? tree[section] : undefined;
  return isGroup(group) ? group[key] : undefined;
}

function place(tree: Record<string, unknown>, definition: SettingDefinition, value: unknown): void {
  const { section, key } = definition;
  if (section === null) {
    tree[key] = value;
    return;
  }
  const there = tree[section];
  const group = isGroup(there) ? there : {};
  group[key] = value;
  tree[section] = group;
}

function unknownKeys(config: unknown): string[] {
  if (!isGroup(config)) return ['config.yaml: it must be a list of "key: value" lines.'];
  return Object.entries(config).flatMap(([name, value]) => {
    if (settingDefinitions.some(({ section, key }) => section === null && key === name)) return [];
    const keys = keysOf(name);
    if (keys.length === 0) return [unknownKey(name, nearestName(name, topNames))];
    // A section whose keys are all commented out is null.
    if (value === null) return [];
    if (!isGroup(value)) {
      return [
        `config.yaml: ${quoted(name)} is one value; it must be a group of "key: value" lines.`,
      ];
    }
    const unknown = Object.keys(value).filter((key) => !keys.includes(key));
    return unknown.map((key) => {
      const near = nearestName(key, keys);
      return unknownKey(`${name}.${key}`, near === undefined ? undefined : `${name}.${near}`);
    });
  });
}

const topNames = [...new Set(settingDefinitions.map(({ section, key }) => section ?? key))];

function keysOf(section: string): string[] {
  return settingDefinitions.flatMap((one) => (one.section === section ? one.key : []));
}

function unknownKey(name: string, near: string | undefined): string {
  const unknown = `config.yaml: ${quoted(name)} is not a setting, so it changes nothing.`;
  // The right key in the wrong place.
  const key = name.split('.').at(-1);
  const elsewhere = settingDefinitions.find((definition) => definition.key === key)?.path;
  const suggestion = near ?? elsewhere;
  if (suggestion !== undefined) return `${unknown} Did you mean ${suggestion}?`;
  if (!/key|token|secret|topic/i.test(name)) return unknown;
  return `${unknown} Keys, tokens and the ntfy topic belong in .env: ${secretNames.join(', ')}.`;
}

/** Whatever somebody wrote there. */
const quoted = (name: string): string => plainLine(name, 80);

/** Only what carries Relay's prefix: other programs may share the file. */
function unknownVariables(dotEnv: Variables): string[] {
  const known: string[] = [
    ...secretNames,
    ...settingDefinitions.flatMap(({ variable }) => variable ?? []),
  ];
  return Object.keys(dotEnv)
    .filter((name) => name.startsWith('RELAY_') && !known.includes(name))
    .map((name) => {
      const near = nearestName(name, known);
      const suggestion = near === undefined ? '' : ` Did you mean ${near}?`;
      return `.env: ${quoted(name)} is not a setting, so it changes nothing.${suggestion}`;
    });
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
