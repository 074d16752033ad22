import { parseEnv } from 'node:util';

/** The variables of a .env file; blank ones are left out, since an empty key is no key. */
export function readDotEnv(text: string): Record<string, string> {
  const parsed = parseEnv(text.replace(/^\uFEFF/, ''));
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed)) {
    const trimmed = value?.trim();
    if (trimmed) variables[name] = trimmed;
  }
  return variables;
}

/**
 * The same text with one variable set (null: taken out); every other line stays as it is.
 * @returns undefined where that cannot be done without harm: a value that no quotes can hold, or a
 *   file whose other variables would change.
 */
export function withVariable(text: string, name: string, value: string | null): string | undefined {
  const line = value === null ? null : `${name}=${quoted(value)}`;
  const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split('\n');
  const mine = lines.flatMap((one, index) => (assigns(one, name) ? [index] : []));
  const place = mine.at(-1) ?? lines.findIndex((one) => isPlaceholder(one, name));
  const kept = lines.flatMap((one, index) => {
    if (index === place && line !== null) return [line];
    return mine.includes(index) ? [] : [one];
  });
  if (place === -1 && line !== null) kept.push(line);
  const changed = kept.length === 0 ? '' : `${kept.join('\n')}\n`;
  return isSameBut(name, value, text, changed) ? changed : undefined;
}

function assigns(line: string, name: string): boolean {
  return line.replace(/^\uFEFF?\s*(export\s+)?/, '').match(/^([^=\s]+)\s*=/)?.[1] === name;
}

/** `# NAME=`, as a new home's .env has it. */
function isPlaceholder(line: string, name: string): boolean {
  return line.trim().replace(/^#\s*/, '') === `${name}=`;
}

function quoted(value: string): string {
  if (/^[\w.~+/=:@%-]+$/.test(value)) return value;
  return value.includes("'") ? `"${value}"` : `'${value}'`;
}

function isSameBut(name: string, value: string | null, before: string, after: string): boolean {
  const { [name]: _old, ...othersBefore } = readDotEnv(before);
  const { [name]: now, ...othersAfter } = readDotEnv(after);
  if ((now ?? null) !== value) return false;
  const names = Object.keys({ ...othersBefore, ...othersAfter });
  return names.every((other) => othersBefore[other] === othersAfter[other]);
}
