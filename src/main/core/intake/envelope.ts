import { createHash } from 'node:crypto';
import { SessionId } from '#shared/ids.ts';
import { plainLine } from '#shared/plain-line.ts';
import type { EnvelopeFacts, EnvelopeWord } from '../engine/command.ts';
import { deepestJson, isJsonDeeper } from '../json-depth.ts';
import { readPermissionRequest } from './permission-request.ts';

/** Larger files are not read (DESIGN 2.2). */
export const largestEnvelopeBytes = 8 * 1024 * 1024;

const longestTitle = 200;

export type ParsedEnvelope =
  | {
      ok: true;
      sessionId: SessionId;
      word: EnvelopeWord;
      facts: Omit<EnvelopeFacts, 'name' | 'fileKey' | 'sizeBytes' | 'projectRoot'>;
    }
  /** `maybeUnfinished`: it may be a file that somebody is still writing. */
  | { ok: false; reason: string; maybeUnfinished: boolean };

const knownKeys = new Set([
  'session_id',
  'content',
  'id',
  'ts',
  'title',
  'cwd',
  'source',
  'meta',
  'hook_event_name',
  'last_assistant_message',
  'relay',
]);

/**
 * Reads an envelope of the contract (DESIGN 2.2) or the raw stdin of a Claude Code hook
 * (claude-code-contract.md 1.1 and 5). Pure; any bytes give an answer.
 *
 * @param name of its file, by which a permission request is answered
 */
export function parseEnvelope(bytes: Uint8Array, name = ''): ParsedEnvelope {
  const text = decode(bytes);
  if (text === undefined) return reject('The file is not UTF-8 text.', true);
  if (isJsonDeeper(bytes, deepestJson)) {
    return reject(`It is nested more than ${deepestJson} levels deep.`, false);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return reject(`The file is not JSON: ${(error as Error).message}.`, true);
  }
  if (!isObject(value)) return reject('The file holds no JSON object.', false);
  const sessionId = SessionId.safeParse(value.session_id);
  if (!sessionId.success) {
    const { session_id: given } = value;
    if (given === undefined) return reject('session_id is missing.', false);
    if (typeof given !== 'string') return reject('session_id is not a string.', false);
    return reject(`session_id ${issueOf(sessionId.error)}.`, false);
  }
  const word = wordOf(value, name);
  if (typeof word === 'string') return reject(word, false);
  return { ok: true, sessionId: sessionId.data, word, facts: factsOf(value) };
}

function wordOf(value: Record<string, unknown>, name: string): EnvelopeWord | string {
  const { content, hook_event_name: hookEvent } = value;
  if (content !== undefined || typeof hookEvent !== 'string' || hookEvent === '') {
    if (content === undefined) return 'content is missing.';
    if (typeof content !== 'string') return 'content is not a string.';
    return content === '' ? 'content is empty.' : said(content);
  }
  return hookWord(hookEvent, value, name);
}

function hookWord(hookEvent: string, value: Record<string, unknown>, name: string): EnvelopeWord {
  switch (hookEvent) {
    case 'Stop': {
      const text = textOf(value.last_assistant_message) || '(The turn ended without a word.)';
      const tasks = runningTasks(value.background_tasks);
      return tasks > 0 ? { kind: 'backgrounded', text, tasks } : said(text);
    }
    case 'UserPromptSubmit':
      return { kind: 'prompted', text: textOf(value.prompt) || '(an empty prompt)' };
    case 'SessionStart':
      return { kind: 'opened', source: textOf(value.source) || 'startup' };
    case 'SessionEnd':
      return { kind: 'closed', reason: textOf(value.reason) || 'other' };
    case 'StopFailure':
      return {
        kind: 'failed',
        error: textOf(value.error) || 'unknown',
        message: textOf(value.last_assistant_message),
      };
    case 'PermissionRequest':
      return readPermissionRequest(value, name) ?? notified(hookEvent, value);
    default:
      return notified(hookEvent, value);
  }
}

function notified(hookEvent: string, value: Record<string, unknown>): EnvelopeWord {
  const what = textOf(value.notification_type) || hookEvent;
  return { kind: 'notified', what, message: textOf(value.message) };
}

function factsOf(value: Record<string, unknown>): Extract<ParsedEnvelope, { ok: true }>['facts'] {
  const { id, ts, meta, relay, hook_event_name: hookEvent } = value;
  const extra = Object.fromEntries(Object.entries(value).filter(([key]) => !knownKeys.has(key)));
  const hook = isObject(relay) ? relay : {};
  return {
    envelopeId: typeof id === 'string' && id !== '' ? id : typeof id === 'number' ? `${id}` : null,
    sentAt: textOf(ts) || null,
    title: titleOf(value.title),
    cwd: textOf(value.cwd) || null,
    // A hook's own `source` says how its session began.
    source: textOf(hookEvent) ? 'claude-code' : textOf(value.source) || null,
    meta: isObject(meta) ? meta : {},
    extra,
    hookEvent: textOf(hookEvent) || null,
    claudePid: typeof hook.claudePid === 'number' ? hook.claudePid : null,
    attended: typeof hook.attended === 'boolean' ? hook.attended : null,
  };
}

/** One line, short enough to be a name: it stands beside every word of the session. */
function titleOf(value: unknown): string | null {
  const line = textOf(value).replace(/\s+/g, ' ').trim();
  return line.length > longestTitle ? `${line.slice(0, longestTitle - 1)}…` : line || null;
}

function said(text: string): EnvelopeWord {
  const saidKey = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  return { kind: 'said', text, saidKey };
}

function runningTasks(tasks: unknown): number {
  if (!Array.isArray(tasks)) return 0;
  return tasks.filter((task) => isObject(task) && task.status === 'running').length;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const reject = (reason: string, maybeUnfinished: boolean): ParsedEnvelope => ({
  ok: false,
  // It may quote what was found in the file.
  reason: plainLine(reason),
  maybeUnfinished,
});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const issueOf = (error: { issues: { message: string }[] }): string =>
  error.issues[0]?.message ?? 'is not valid';

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
