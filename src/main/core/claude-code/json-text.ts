import { applyEdits, type Edit, type JSONPath, type Node, parseTree } from 'jsonc-parser';

/**
 * Changes to JSON text that leave every other byte as it was. `jsonc-parser` finds the places; its
 * own `modify` lays out whole lines anew, and all of a file that is one line.
 */

/** The text with `value` added to the end of the object (under `key`) or array at `path`. */
export function appending(text: string, path: JSONPath, value: unknown, key?: string): Edit {
  const container = nodeAt(text, path);
  if (container === undefined) throw new Error(`no ${path.join('.')} to add to`);
  const last = container.children?.at(-1);
  const name = key === undefined ? '' : `${JSON.stringify(key)}:`;

  if (last !== undefined && !text.slice(container.offset, last.offset).includes('\n')) {
    const blank = text[last.offset - 1] === ' ' ? ' ' : '';
    return insert(end(last), `,${blank}${name}${name && blank}${JSON.stringify(value)}`);
  }
  if (last === undefined && !text.trim().includes('\n')) {
    return insert(container.offset + 1, `${name}${JSON.stringify(value)}`);
  }
  const outer = indentationAt(text, container.offset);
  const unit = indentationUnit(text);
  const indentation = last === undefined ? outer + unit : indentationAt(text, last.offset);
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = JSON.stringify(value, null, unit).replaceAll('\n', `\n${indentation}`);
  const entry = `\n${indentation}${name}${name && ' '}${lines}`.replaceAll('\n', lineEnd);
  if (last !== undefined) return insert(end(last), `,${entry}`);
  return {
    offset: container.offset + 1,
    length: container.length - 2,
    content: `${entry}${lineEnd}${outer}`,
  };
}

/** The text without the property or array item at `path`: undoes {@link appending}. */
export function removing(text: string, path: JSONPath): Edit {
  const found = nodeAt(text, path);
  const entry = typeof path.at(-1) === 'string' ? found?.parent : found;
  const container = entry?.parent;
  if (entry === undefined || container?.children === undefined) {
    throw new Error(`no ${path.join('.')} to remove`);
  }
  const index = container.children.indexOf(entry);
  const previous = container.children[index - 1];
  const next = container.children[index + 1];
  if (previous !== undefined) return cut(end(previous), end(entry));
  if (next !== undefined) return cut(entry.offset, next.offset);
  return cut(container.offset + 1, end(container) - 1);
}

/** The text with another value at `path`. */
export function replacing(text: string, path: JSONPath, value: unknown): Edit {
  const node = nodeAt(text, path);
  if (node === undefined) throw new Error(`no ${path.join('.')} to replace`);
  return { offset: node.offset, length: node.length, content: JSON.stringify(value) };
}

/** The edit that takes `edit`, once applied to `text`, back to the byte. */
export function inverse(text: string, edit: Edit): Edit {
  const content = text.slice(edit.offset, edit.offset + edit.length);
  return { offset: edit.offset, length: edit.content.length, content };
}

/** Applies edits one after the other: each counts its offsets in the outcome of the one before. */
export function applyInTurn(text: string, edits: readonly Edit[]): string {
  return edits.reduce((current, edit) => applyEdits(current, [edit]), text);
}

/** Of a key that stands twice the last one counts, as for `JSON.parse`. */
function nodeAt(text: string, path: JSONPath): Node | undefined {
  let node = parseTree(text);
  for (const segment of path) {
    node =
      typeof segment === 'number'
        ? node?.children?.[segment]
        : node?.children?.findLast((property) => property.children?.[0]?.value === segment)
            ?.children?.[1];
  }
  return node;
}

const end = (node: Node) => node.offset + node.length;
const insert = (offset: number, content: string): Edit => ({ offset, length: 0, content });
const cut = (from: number, to: number): Edit => ({ offset: from, length: to - from, content: '' });

function indentationAt(text: string, offset: number): string {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? '';
}

/** What one level is indented by: as the first property of the file is, two blanks if it is not. */
function indentationUnit(text: string): string {
  return /^\uFEFF?\s*\{\r?\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
}
