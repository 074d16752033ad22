import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { defaultConfigText, readConfigText, withSetting } from '#core/settings/config-file.ts';
import { readDotEnv, withVariable } from '#core/settings/dot-env.ts';
import { resolveSettings } from '#core/settings/layers.ts';
import { readSecretsLine, writeSecretsLine } from '#core/settings/secret-source.ts';
import { readSecrets, secretNames } from '#core/settings/secrets.ts';
import {
  checkSetting,
  type SettingDefinition,
  Settings,
  settingDefinitions,
  settingValue,
} from '#shared/settings.ts';
import {
  bytesOf,
  type Given,
  type Look,
  type ParserTarget,
  shapeOf,
  textOf,
  unfitSentences,
} from './parser-target.ts';

const pick = <T>(from: readonly T[], choice: number): T => from[choice % from.length] as T;
const noLayers = { environment: {}, dotEnv: {} };

const scalar = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)),
  fc.constantFrom('~', '.nan', '.inf', '0o17', '1_000', 'yes', '2026-01-01', '!!str 5', '&a x'),
  fc.constantFrom('&a {x: *a}', '&a [*a]', '[*a]', '|\n    text', '"\\n"', '!!set {a}', '? x'),
);
const configLine = fc
  .tuple(fc.constantFrom(...settingDefinitions), scalar)
  .map(([{ section, key }, value]) =>
    section === null ? `${key}: ${value}` : `${section}: {${key}: ${value}}`,
  );

/** config.yaml, and the edits of it that the settings view makes. */
export const config: ParserTarget = {
  name: 'config.yaml',
  samples: bytesOf(
    defaultConfigText(),
    'supervisor:\n  model: claude-opus-5-5 # the best\n  effort: high\nautonomy: draft\n',
    'budget: {perDayUsd: null, perSessionUsd: 1e3}\nlogs:\n  # level: debug\n',
    'prices:\n  my-model: &p {input: 1, output: 2}\n  other: *p\nbase: &b {a: 1}\nx: {<<: *b}\n',
    '%YAML 1.2\n---\n"autonomy": \'auto\'\n...\n',
  ),
  generated: fc
    .array(fc.oneof(configLine, fc.string({ unit: 'binary', maxLength: 20 })), { maxLength: 6 })
    .map((lines) => Buffer.from(lines.join('\n'), 'utf8')),
  look: lookAtConfig,
};

function lookAtConfig({ bytes, choice, value }: Given): Look {
  const text = textOf(bytes);
  const read = readConfigText(text);
  if (!read.ok) {
    return { problems: unfitSentences([read.problem]), outcome: shapeOf(read.problem) };
  }
  const resolved = resolveSettings({ ...noLayers, config: read.tree }, undefined);
  const problems = unfitSentences(resolved.problems);
  // It is sent to the interface, and compared with what it was.
  const plain: unknown = JSON.parse(JSON.stringify(resolved.settings));
  if (!Settings.safeParse(plain).success) problems.push('The settings do not fit their schema.');
  problems.push(...lookAtEdit(text, pick(settingDefinitions, choice), value));
  const outcome = resolved.problems.map(shapeOf).sort().slice(0, 4).join('|');
  return { problems, outcome };
}

/** One setting changed, and nothing else. */
function lookAtEdit(text: string, definition: SettingDefinition, value: unknown): string[] {
  const allowed = checkSetting(definition, value);
  const wanted = allowed.ok ? allowed.value : definition.defaultValue;
  const edited = withSetting(text, definition.path, wanted);
  if (edited === undefined) return [];
  const before = readConfigText(text);
  const after = readConfigText(edited);
  if (!after.ok) return [`With ${definition.path} set it cannot be read: ${after.problem}`];
  const settingsOf = (tree: unknown) => resolveSettings({ ...noLayers, config: tree }, undefined);
  const [was, is] = [settingsOf(before.ok ? before.tree : {}), settingsOf(after.tree)];
  return settingDefinitions.flatMap(({ path }) => {
    const expected = path === definition.path ? wanted : settingValue(was.settings, path);
    const found = settingValue(is.settings, path);
    if (isDeepStrictEqual(found, expected)) return [];
    const shown = JSON.stringify([definition.path, wanted, path, found]);
    return [`Setting one, another was changed, or it was not taken: ${shown.slice(0, 200)}.`];
  });
}

const variables = [
  ...[...secretNames, 'RELAY_SUPERVISOR_MODEL', 'RELAY_AUTONOMY', 'RELAY_NTFY_ENABLED'],
  ...['ANTHROPIC_BASE_URL', 'RELAY_BUDGET_PER_DAY_USD', 'RELAY_NO_SUCH', 'OTHER', '__proto__'],
];

/** .env, and the keys that are written into it. */
export const dotEnv: ParserTarget = {
  name: '.env',
  samples: bytesOf(
    '# the key\n# ANTHROPIC_API_KEY=\nRELAY_NTFY_TOPIC=relay-abc\n',
    'export ANTHROPIC_API_KEY="sk-ant-api03-x" # mine\r\nOTHER=\'a\nb\'\n',
    'ANTHROPIC_AUTH_TOKEN=`x`\nRELAY_AUTONOMY=draft\nRELAY_SUPERVISOR_MODEL = m \n=x\nA\n',
  ),
  generated: fc
    .array(fc.tuple(fc.constantFrom(...variables), fc.string({ unit: 'binary', maxLength: 20 })), {
      maxLength: 5,
    })
    .map((pairs) => Buffer.from(pairs.map(([name, is]) => `${name}=${is}`).join('\n'), 'utf8')),
  look({ bytes, choice, value }) {
    const text = textOf(bytes);
    const found = readDotEnv(text);
    const { problems: told } = readSecrets({}, found);
    const resolved = resolveSettings({ environment: {}, dotEnv: found, config: {} }, undefined);
    const problems = unfitSentences([...told, ...resolved.problems]);
    if (!Settings.safeParse(resolved.settings).success) problems.push('Settings that do not fit.');
    const name = pick(secretNames, choice);
    const wanted = typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
    const edited = withVariable(text, name, wanted);
    const after = readDotEnv(edited ?? text);
    for (const other of new Set([...Object.keys(found), ...Object.keys(after)])) {
      const expected =
        other === name && edited !== undefined ? (wanted ?? undefined) : found[other];
      if (after[other] !== expected) problems.push(`Writing ${name} changed ${other}.`);
    }
    const outcome = [...told, ...resolved.problems].map(shapeOf).sort().slice(0, 3).join('|');
    return { problems, outcome: `${outcome} ${edited === undefined}` };
  },
};

/** What the desktop hands to a relay in a child process. */
export const secretsLine: ParserTarget = {
  name: 'secrets line',
  samples: bytesOf(writeSecretsLine({ ANTHROPIC_API_KEY: 'sk', RELAY_NTFY_TOPIC: 't' }), '{}'),
  generated: fc.jsonValue().map((value) => Buffer.from(JSON.stringify({ secrets: value }), 'utf8')),
  look({ bytes, value }) {
    const read = readSecretsLine(textOf(bytes));
    const problems = Object.entries(read ?? {}).flatMap(([name, secret]) =>
      typeof secret === 'string' && secretNames.some((known) => known === name)
        ? []
        : [`Took ${name}.`],
    );
    const given = typeof value === 'string' ? { ANTHROPIC_API_KEY: value } : {};
    if (!isDeepStrictEqual(readSecretsLine(writeSecretsLine(given)), given)) {
      problems.push('Written and read again it is another.');
    }
    return { problems, outcome: `${read === undefined} ${Object.keys(read ?? {}).length}` };
  },
};
