import { readFile } from 'node:fs/promises';
import type { ConversationId } from '#shared/ids.ts';
import { HistoryEntry } from '#shared/models.ts';
import { type CommandContext, exitCode } from '../terminal.ts';
import { refused, withRelay } from '../with-relay.ts';
import { readStandardInput } from '../words.ts';

/** Well below what one call may hold, escaped. */
const maxChunkChars = 4_000_000;

/** Brings in the JSON history of the first relay: a list of entries, or one entry a line. */
export async function importHistory(
  context: CommandContext,
  file: string,
  options: { conversation?: string },
): Promise<number> {
  const read = await readEntries(file);
  if (!read.ok) {
    context.terminal.complain(read.message);
    return exitCode.failed;
  }
  return withRelay(context, async (relay) => {
    const conversationId = options.conversation as ConversationId | undefined;
    let imported = 0;
    let known = 0;
    for (const entries of chunksOf(read.entries)) {
      const input = { entries, ...(conversationId === undefined ? {} : { conversationId }) };
      const result = await relay.call('history.import', input);
      if (!result.ok) {
        if (imported > 0) context.terminal.write(`Imported ${imported} entries before this:\n`);
        return refused(context, result.error);
      }
      imported += result.value.imported;
      known += result.value.known;
    }
    const others = known === 0 ? '' : `; ${known} already there`;
    context.terminal.write(`Imported ${imported} of ${read.entries.length} entries${others}.\n`);
    return exitCode.done;
  });
}

type Entries = { ok: true; entries: HistoryEntry[] } | { ok: false; message: string };

async function readEntries(file: string): Promise<Entries> {
  let text: string;
  try {
    text = file === '-' ? await readStandardInput() : await readFile(file, 'utf8');
  } catch (error) {
    return { ok: false, message: cannotBeRead(file, error) };
  }
  const values = parseList(text);
  if (values === undefined) {
    return { ok: false, message: `${file} is neither a JSON list nor one JSON object a line.` };
  }
  const entries: HistoryEntry[] = [];
  for (const [index, value] of values.entries()) {
    const parsed = HistoryEntry.safeParse(value);
    if (!parsed.success) {
      const where = parsed.error.issues[0]?.path.join('.') || 'it';
      const message = `Entry ${index + 1} of ${file} is not an entry of a history: ${where} does not fit.`;
      return { ok: false, message };
    }
    entries.push(parsed.data);
  }
  return { ok: true, entries };
}

function cannotBeRead(file: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'ENOENT') return `There is no file ${file}.`;
  if (code === 'EISDIR') return `${file} is a folder; name the file in it.`;
  if (code === 'EACCES')
    return `You may not read ${file}. Give yourself the right to, then try again.`;
  return `${file} cannot be read (${code}).`;
}

function parseList(text: string): unknown[] | undefined {
  try {
    const whole: unknown = JSON.parse(text);
    return Array.isArray(whole) ? whole : [whole];
  } catch {
    // Not one document: perhaps one a line.
  }
  try {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return lines.length === 0 ? undefined : lines.map((line): unknown => JSON.parse(line));
  } catch {
    return undefined;
  }
}

function* chunksOf(entries: readonly HistoryEntry[]): Generator<HistoryEntry[]> {
  let chunk: HistoryEntry[] = [];
  let chars = 0;
  for (const entry of entries) {
    if (chars > 0 && chars + entry.content.length > maxChunkChars) {
      yield chunk;
      chunk = [];
      chars = 0;
    }
    chunk.push(entry);
    chars += entry.content.length;
  }
  if (chunk.length > 0) yield chunk;
}
