import type { EventPayload } from '#shared/events.ts';
import type { ItemId } from '#shared/ids.ts';

/** One use of a tool: what was asked for, what the owner said to it, and what came of it. */
export interface ToolUse {
  id: string;
  name: string;
  input: unknown;
  at: number;
  /** null: not answered yet. */
  output: string | null;
  isError: boolean;
  endedAt: number | null;
  /** null: nobody had to be asked. */
  asked: AskedUse | null;
}

export interface AskedUse {
  itemId: ItemId;
  at: number;
  settled: EventPayload<'item.settled'> | null;
  settledAt: number | null;
}

/** How long it ran; the time in which it waited for the owner does not count. */
export function durationMs({ at, endedAt, asked }: ToolUse): number | null {
  return endedAt === null ? null : Math.max(0, endedAt - (asked?.settledAt ?? at));
}

/** What `bash` says first of a command that came to its end; null for anything else. */
export function exitCode({ name, output }: Pick<ToolUse, 'name' | 'output'>): number | null {
  const found = name === 'bash' ? /^exit code (\d+) after /.exec(output ?? '') : null;
  return found ? Number(found[1]) : null;
}

/** What it was given, as it was meant to be read: a command as it is, everything else as JSON. */
export function inputText({ name, input }: Pick<ToolUse, 'name' | 'input'>): string {
  const isCommand = name === 'bash' && typeof input === 'object' && input !== null;
  const entries: [string, unknown][] = isCommand ? Object.entries(input) : [];
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === 'command' && typeof only[1] === 'string') {
    return only[1];
  }
  return JSON.stringify(input, null, 2) ?? '';
}
