import { isUtf8 } from 'node:buffer';

/**
 * What must become of a file in `queue/`, told from DESIGN 2.2 and docs alone: nothing here comes from
 * the code that is tortured.
 */
export type Fate =
  /** It stays where it is: hidden, or of another ending. */
  | { kind: 'left' }
  | { kind: 'rejected' }
  | {
      kind: 'accepted';
      sessionId: string;
      id: string | null;
      /** The words that must stand in the store; undefined where the file brings none of its own. */
      text: string | undefined;
      /** Keys the contract does not know, and `meta`. */
      extra: Record<string, unknown>;
      meta: unknown;
    };

const largestBytes = 8 * 1024 * 1024;
const contractKeys = ['session_id', 'content', 'id', 'ts', 'title', 'cwd', 'source', 'meta'];
/** Of hooks (claude-code-contract.md), and what Relay's own hook scripts add. */
const hookKeys = ['hook_event_name', 'last_assistant_message', 'relay'];

export function fateOf(name: Buffer, bytes: Buffer): Fate {
  if (name[0] === '.'.charCodeAt(0) || name.subarray(-5).toString('latin1') !== '.json') {
    return { kind: 'left' };
  }
  if (bytes.length > largestBytes || !isUtf8(bytes)) return { kind: 'rejected' };
  const value = jsonOf(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  if (!isPlain(value) || !isSessionId(value.session_id)) return { kind: 'rejected' };
  if (depthOf(value) > 200) return { kind: 'rejected' };
  const isHook = isText(value.hook_event_name) && value.hook_event_name !== '';
  const hasContent = Object.hasOwn(value, 'content');
  if (hasContent ? !isText(value.content) || value.content === '' : !isHook) {
    return { kind: 'rejected' };
  }
  const known = new Set([...contractKeys, ...hookKeys]);
  return {
    kind: 'accepted',
    sessionId: value.session_id,
    id: idOf(value.id),
    text: hasContent ? String(value.content) : stopWords(value),
    extra: Object.fromEntries(Object.entries(value).filter(([key]) => !known.has(key))),
    meta: isPlain(value.meta) ? value.meta : {},
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isSessionId(value: unknown): value is string {
  if (!isText(value) || value.length < 1 || value.length > 128) return false;
  if (value === '.' || value === '..') return false;
  const allowed = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-';
  return [...value].every((char) => allowed.includes(char));
}

function idOf(id: unknown): string | null {
  if (typeof id === 'number') return String(id);
  return isText(id) && id !== '' ? id : null;
}

/** A session that only waits for its background work says nothing that is answered, but says it. */
function stopWords(value: Record<string, unknown>): string | undefined {
  const words = value.last_assistant_message;
  return value.hook_event_name === 'Stop' && isText(words) && words !== '' ? words : undefined;
}

function depthOf(value: unknown): number {
  let depth = 0;
  for (let level = [value]; level.length > 0; depth += 1) {
    const next: unknown[] = [];
    for (const one of level) {
      if (typeof one === 'object' && one !== null)
        for (const of of Object.values(one)) next.push(of);
    }
    level = next.filter((one) => typeof one === 'object' && one !== null);
  }
  return depth - 1;
}

const isText = (value: unknown): value is string => typeof value === 'string';

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
