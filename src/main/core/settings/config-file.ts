import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isScalar, parseDocument, stringify, YAMLMap } from 'yaml';
import { plainLine } from '#shared/plain-line.ts';
import {
  type SettingDefinition,
  type SettingPath,
  settingDefinition,
  settingDefinitions,
} from '#shared/settings.ts';

const heading = `# Relay's settings. Edits take effect while Relay runs. A value that cannot be used is reported (relay
# doctor) and the last good one stays. The environment overrides all of them, for example
# RELAY_SUPERVISOR_MODEL; keys and the ntfy topic are kept in .env beside this file, never here.`;

/** The config.yaml of a new home: every setting with its default and what it does. */
export function defaultConfigText(): string {
  const lines = [heading];
  let section: string | null = null;
  for (const definition of settingDefinitions) {
    if (definition.section === null) lines.push('');
    else if (definition.section !== section) lines.push('', `${definition.section}:`);
    section = definition.section;
    const indent = section === null ? '' : '  ';
    lines.push(`${indent}# ${definition.description}${choices(definition)}`);
    lines.push(`${indent}${definition.key}: ${stringify(definition.defaultValue).trimEnd()}`);
  }
  return `${lines.join('\n')}\n`;
}

/** What may stand there, where the value itself does not show it. */
function choices({ control }: SettingDefinition): string {
  return control.kind === 'choice' ? ` One of: ${control.values.join(', ')}.` : '';
}

/** Of many mistakes the reader takes time by their square: so much is a moment at worst. */
const longestConfig = 32 * 1024;

/** Behind a mistake it takes time by the square of the lines, empty ones too. */
const mostLines = 2_000;

/** What opens a level within a line; the reader takes time by the square of the levels, too. */
const levelMarks = /[[{]|[?:-][ \t]/g;
const mostLevelMarks = 200;

/** The first line that could be nested beyond all use, counted from 1. */
function tooDeepLine(lines: readonly string[]): number | undefined {
  const index = lines.findIndex((line) => (line.match(levelMarks)?.length ?? 0) > mostLevelMarks);
  return index < 0 ? undefined : index + 1;
}

export type ConfigText = { ok: true; tree: unknown } | { ok: false; problem: string };

/** Reads config.yaml. The problem says in which line it cannot be read. */
export function readConfigText(text: string): ConfigText {
  if (text.length > longestConfig) {
    return { ok: false, problem: 'config.yaml is longer than 32 KiB.' };
  }
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.length > mostLines) {
    return { ok: false, problem: 'config.yaml has more than 2,000 lines.' };
  }
  const deep = tooDeepLine(lines);
  if (deep !== undefined) {
    return { ok: false, problem: `config.yaml is nested too deeply in line ${deep}.` };
  }
  const document = parseDocument(text, { logLevel: 'silent' });
  const error = document.errors[0];
  if (error !== undefined) {
    const line = error.linePos?.[0].line;
    const where = line === undefined ? '' : ` in line ${line}`;
    const what = (error.message.split('\n')[0] ?? '').replace(/ at line \d+.*$/, '');
    return { ok: false, problem: `config.yaml cannot be read${where}: ${plainLine(what)}.` };
  }
  try {
    return { ok: true, tree: document.toJS() ?? {} };
  } catch (thrown) {
    // An alias to nothing, or aliases that would multiply beyond all bounds.
    const what = thrown instanceof Error ? thrown.message : String(thrown);
    return { ok: false, problem: `config.yaml cannot be read: ${plainLine(what)}.` };
  }
}

/**
 * The same text with one setting changed; comments, order and unknown keys stay.
 * @returns undefined when the text is not a config.yaml that can be read, and where it cannot be done
 *   without harm: one value may stand for several settings (`&a`, `*a`).
 */
export function withSetting(text: string, path: SettingPath, value: unknown): string | undefined {
  if (!readConfigText(text).ok) return undefined;
  const document = parseDocument(text, { logLevel: 'silent' });
  if (document.contents !== null && !isMap(document.contents)) {
    if (!isEmptyScalar(document.contents)) return undefined;
    document.contents = null;
  }
  const { section, key } = settingDefinition(path);
  if (section !== null) openSection(document, section);
  const keys = section === null ? [key] : [section, key];
  setKeepingComments(document, keys, value);
  const changed = written(document);
  return changed !== undefined && isSameBut(path, value, text, changed) ? changed : undefined;
}

/** What can be read cannot always be written: names of anchors may be stranger there. */
function written(document: Document): string | undefined {
  try {
    return document.toString({ lineWidth: 0 });
  } catch {
    return undefined;
  }
}

function isSameBut(path: SettingPath, value: unknown, before: string, after: string): boolean {
  const [was, is] = [readConfigText(before), readConfigText(after)];
  if (!was.ok || !is.ok) return false;
  return settingDefinitions.every((definition) => {
    const wanted = definition.path === path ? value : valueIn(was.tree, definition);
    return isDeepStrictEqual(valueIn(is.tree, definition), wanted);
  });
}

/** What stands there, unchecked. */
function valueIn(tree: unknown, { section, key }: SettingDefinition): unknown {
  const group = section === null ? tree : keysOf(tree)[section];
  return keysOf(group)[key];
}

const keysOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

function isEmptyScalar(node: unknown): boolean {
  return isScalar(node) && node.value === null;
}

/** Where all keys of a section are commented out, YAML sees nothing with a comment behind it. */
function openSection(document: Document, section: string): void {
  const there = document.get(section, true);
  if (isMap(there)) return;
  const map = new YAMLMap();
  if (isScalar(there)) map.commentBefore = there.commentBefore ?? there.comment ?? null;
  document.set(section, map);
}

/** A scalar is changed where it stands, because a new node would lose the comment behind it. */
function setKeepingComments(document: Document, keys: readonly string[], value: unknown): void {
  const there = document.getIn(keys, true);
  const isPlain = value === null || typeof value !== 'object';
  if (isScalar(there) && isPlain) {
    there.value = value;
    // What it was written like (0x10, 1e3, "quoted") belonged to the old value.
    delete there.source;
    delete there.format;
    if (typeof value !== 'string') delete there.type;
    return;
  }
  document.setIn(keys, document.createNode(value));
}
