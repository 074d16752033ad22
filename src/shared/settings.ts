import { z } from 'zod';
import { Autonomy } from './events.ts';
import { isNestedDeeper } from './nesting.ts';
import { plainLine } from './plain-line.ts';
import {
  allowedWords,
  amount,
  choice,
  choiceOf,
  flag,
  orNull,
  type SettingControl,
  setting,
  settingNotes,
  table,
  text,
  url,
  whole,
} from './setting-kinds.ts';

const sections = {
  supervisor: {
    provider: setting(
      choice('anthropic', 'claude-code'),
      'anthropic',
      'Who answers: the Anthropic API with your key, or your own Claude Code (`claude -p`).',
    ),
    model: setting(text, 'claude-sonnet-5-5', 'The model that answers.'),
    summaryModel: setting(
      text,
      'claude-haiku-5-5',
      'The model that sums up what no longer fits in the conversation.',
    ),
    maxTokens: setting(whole(256), 16_000, 'Most tokens of one answer, its thinking included.'),
    effort: setting(
      orNull(choice('low', 'medium', 'high', 'xhigh', 'max')),
      null,
      "How much the supervisor thinks; null is the model's own default.",
    ),
    cacheTtl: setting(
      choice('auto', '5m', '1h'),
      'auto',
      'How long the API keeps the prompt cache; auto takes the dearer 1h where a conversation pauses longer.',
    ),
    baseUrl: setting(
      orNull(url),
      null,
      'Where the Messages API is, for a gateway; null is Anthropic itself. The API key is sent there.',
    ),
    idleTimeoutSeconds: setting(
      amount(0.1),
      120,
      'Seconds an answer may stand still before the call is given up and made again.',
    ),
  },
  conversation: {
    scope: setting(
      choice('project', 'one', 'session'),
      'project',
      'Which sessions share a conversation: those of one project, all of them, or none.',
    ),
    budgetTokens: setting(
      whole(2_000),
      190_000,
      'Most tokens of the conversation sent with a call.',
    ),
    capCharacters: setting(
      whole(1_000),
      400_000,
      'Most characters of the conversation sent with a call, counted beside the tokens.',
    ),
    verbatimTurns: setting(
      whole(1),
      10,
      'How many of the last turns are always sent word for word, never as a summary.',
    ),
  },
  autonomy: setting(
    choiceOf(Autonomy),
    'auto',
    'What new sessions begin with: off only records, draft asks you before each reply, auto replies.',
  ),
  escalation: {
    hold: setting(
      choice('session', 'all'),
      'session',
      'What waits while a question to you is open: the session that asked, or all of them.',
    ),
    reminderMinutes: setting(
      amount(0),
      30,
      'Minutes between two reminders of what waits for you; 0 is never.',
    ),
  },
  budget: {
    perDayUsd: setting(
      orNull(amount(0)),
      10,
      'Dollars all sessions together may cost a day; null is no limit.',
    ),
    perSessionUsd: setting(
      orNull(amount(0)),
      5,
      'Dollars one session may cost a day; null is no limit.',
    ),
  },
  guards: {
    exchangesWithoutOwner: setting(
      orNull(whole(1)),
      200,
      'Exchanges a session may have before you are asked whether it should go on; null is no limit.',
    ),
    pingPongRepeats: setting(
      orNull(whole(2)),
      6,
      'How often the same words may come back before you are asked; null is no limit.',
    ),
  },
  faults: {
    firstWaitSeconds: setting(
      amount(0.01),
      1,
      'Seconds before a failed call is made again; each further wait is longer.',
    ),
    longestWaitSeconds: setting(amount(0.01), 60, 'The longest of these waits, in seconds.'),
    tellOwnerAfterSeconds: setting(
      amount(0),
      120,
      'Seconds calls may go on failing before you are told.',
    ),
    recheckSeconds: setting(
      amount(0.1),
      300,
      'How often, in seconds, what only you can mend (key, billing, disk) is tried again.',
    ),
  },
  ntfy: {
    enabled: setting(flag, true, 'Send what needs you to your phone as well, through ntfy.'),
    server: setting(url, 'https://ntfy.sh', 'The ntfy server that carries the notifications.'),
    replies: setting(
      flag,
      true,
      'Take answers from the phone: by buttons, and by what you write to the reply topic.',
    ),
    clickUrl: setting(
      orNull(url),
      null,
      "The link a notification opens; null is the relay's own page where it has one.",
    ),
  },
  desktop: {
    notifications: setting(flag, true, 'Show a notification on the desktop for what needs you.'),
    shortcut: setting(
      orNull(text),
      'Control+Alt+J',
      'The key that brings up the inbox from anywhere, as Electron writes it; null is none.',
    ),
  },
  tools: {
    enabled: setting(
      flag,
      true,
      'Let the supervisor use tools: read the project, and what you allow beyond that.',
    ),
    policies: setting(
      table,
      {},
      'What tools may do, by name: allow, ask or deny. Unnamed ones: reading is allowed, the rest asks.',
    ),
    bashRules: setting(
      table,
      {},
      'What shell commands may do, by how they begin: allow, ask or deny ("npm test": allow).',
    ),
    timeLimitSeconds: setting(
      whole(1),
      120,
      'Seconds a shell command may take; the supervisor can ask for up to ten times that.',
    ),
    plugins: setting(
      table,
      {},
      'Tool plug-ins that are on: the name of a folder in tools/ of the home, and true.',
    ),
  },
  claudeCode: {
    resume: setting(
      flag,
      false,
      'Start a session that is not open again when there is a word for it (`claude -p --resume`).',
    ),
    permissions: setting(flag, true, 'Ask in the inbox too what Claude Code asks permission for.'),
  },
  drives: {
    enabled: setting(
      flag,
      false,
      'Tell the supervisor how it goes with a session, so that it asks sooner when things go badly.',
    ),
    learn: setting(
      flag,
      false,
      'Let your scores change what counts how much; false: exactly what stands here.',
    ),
    frustrationHalfLifeMinutes: setting(
      amount(1),
      60,
      'Minutes until half of the frustration over what failed is forgotten.',
    ),
    confidenceHalfLifeMinutes: setting(
      amount(1),
      240,
      'Minutes until half of the confidence from what was kept is forgotten.',
    ),
    weights: setting(
      table,
      {},
      'What counts how much, 0 to 1, by name ("frustration.toolFailed": 0.2); docs/drives.md has all.',
    ),
  },
  prices: setting(
    table,
    {},
    'Prices of your own by model, in the shape of the entries under "models" in resources/prices.json.',
  ),
  backups: {
    everyHours: setting(
      orNull(amount(0.1)),
      24,
      'Hours between two copies of the database, made into backups/ of the home; null is never.',
    ),
    keep: setting(whole(1), 3, 'How many of these copies are kept, the newest of them.'),
  },
  logs: {
    level: setting(choice('debug', 'info', 'warn', 'error'), 'info', 'How much the logs say.'),
  },
};

/** An object whose keys may all be absent: each then has its default. */
function section<Shape extends z.core.$ZodShape>(shape: Shape) {
  // Every key of a section has a default, so that an empty object is a valid input; zod's types
  // cannot see this through `setting`.
  return z.object(shape).prefault({} as never);
}

/** Everything that can be set in config.yaml. `Settings.parse({})` gives the defaults. */
export const Settings = z.object({
  supervisor: section(sections.supervisor),
  conversation: section(sections.conversation),
  autonomy: sections.autonomy,
  escalation: section(sections.escalation),
  budget: section(sections.budget),
  guards: section(sections.guards),
  faults: section(sections.faults),
  ntfy: section(sections.ntfy),
  tools: section(sections.tools),
  desktop: section(sections.desktop),
  claudeCode: section(sections.claudeCode),
  drives: section(sections.drives),
  prices: sections.prices,
  backups: section(sections.backups),
  logs: section(sections.logs),
});
export type Settings = z.output<typeof Settings>;

type SectionName = Exclude<keyof Settings, 'autonomy' | 'prices'>;

/** The name of a setting in config.yaml, its section before the dot: `supervisor.model`. */
export type SettingPath =
  | 'autonomy'
  | 'prices'
  | { [S in SectionName]: `${S}.${Extract<keyof Settings[S], string>}` }[SectionName];

/** All there is to say about one setting, for config.yaml, the settings view and errors. */
export interface SettingDefinition {
  path: SettingPath;
  /** null for the two that stand at the top of the file. */
  section: string | null;
  key: string;
  /** One line; the comment in config.yaml and the label in the settings view. */
  description: string;
  control: SettingControl;
  defaultValue: unknown;
  /** What may stand there, to follow "must be": `a whole number of at least 1, or null`. */
  allowed: string;
  /** The variable of the environment (or .env) that overrides it; null where none can. */
  variable: string | null;
  schema: z.ZodType;
}

/** Every setting, in the order of config.yaml. */
export const settingDefinitions: readonly SettingDefinition[] = Object.entries(
  Settings.shape,
).flatMap(([name, schema]) => {
  if (settingNotes.has(schema)) return [define(null, name, schema)];
  const shape = (schema as z.ZodPrefault<z.ZodObject>).def.innerType.shape;
  return Object.entries(shape).map(([key, inner]) => define(name, key, inner as z.ZodType));
});

function define(section: string | null, key: string, schema: z.ZodType): SettingDefinition {
  const note = settingNotes.get(schema);
  if (note === undefined) throw new Error(`The setting ${key} is not made by setting().`);
  // The paths are those of the schema the list is made from.
  const path = (section === null ? key : `${section}.${key}`) as SettingPath;
  return {
    path,
    section,
    key,
    description: note.description,
    control: note.control,
    defaultValue: schema.parse(undefined),
    allowed: allowedWords(note.control),
    variable: note.control.kind === 'table' ? null : variableName(path),
    schema,
  };
}

function variableName(path: string): string {
  return `RELAY_${path.replace('.', '_').replace(/[A-Z]/g, (letter) => `_${letter}`)}`.toUpperCase();
}

export function settingDefinition(path: SettingPath): SettingDefinition {
  const found = settingDefinitions.find((definition) => definition.path === path);
  if (found === undefined) throw new Error(`There is no setting ${path}.`);
  return found;
}

export type SettingCheck = { ok: true; value: unknown } | { ok: false; problem: string };

/** Levels of lists and objects; a price has two. */
const deepestSetting = 20;

/**
 * Whether a value may stand at a setting. The problem is a sentence that names the setting, what is
 * there and what is allowed.
 */
export function checkSetting(definition: SettingDefinition, value: unknown): SettingCheck {
  if (isNestedDeeper(value, deepestSetting)) {
    const problem = `${definition.path} is nested more than ${deepestSetting} levels deep, or holds itself; write it plainer.`;
    return { ok: false, problem };
  }
  // `undefined` would be taken for "not set" and answered with the default.
  const parsed = value === undefined ? undefined : definition.schema.safeParse(value);
  if (parsed?.success) return { ok: true, value: parsed.data };
  return {
    ok: false,
    problem: `${definition.path} is ${shown(value)}; it must be ${definition.allowed}.`,
  };
}

function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return plainLine(json.length <= 60 ? json : `${[...json].slice(0, 57).join('')}...`);
}

/** The value of a setting in settings that have been parsed. */
export function settingValue(settings: Settings, path: SettingPath): unknown {
  const [first, second] = path.split('.');
  const top = Object.entries(settings).find(([name]) => name === first)?.[1];
  if (second === undefined) return top;
  return Object.entries(top as object).find(([name]) => name === second)?.[1];
}
