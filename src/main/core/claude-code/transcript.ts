import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

/** The blocks of a line of Claude Code's transcript that tell of tools. */
const Line = z.looseObject({
  timestamp: z.string().optional(),
  message: z.looseObject({ content: z.array(z.unknown()) }),
});
const ToolUse = z.looseObject({
  type: z.literal('tool_use'),
  id: z.string(),
  name: z.string(),
  input: z.unknown(),
});
const ToolResult = z.looseObject({ type: z.literal('tool_result'), tool_use_id: z.string() });

export interface ToolWatch {
  /** Whether the use of the tool has a result by now, whoever allowed or refused it. Reads on from
   * where it stopped; false where the transcript cannot be read. */
  isOver(): boolean;
}

/** How far back the question may lie when it is first looked for; an envelope is no larger. */
const tailBytes = 8 * 1024 * 1024;
/** A result from before the question is that of an earlier, equal use. The clocks are the same. */
const slackMs = 2000;

/**
 * Follows one use of a tool in a transcript. A permission request has no id of the tool's use, but
 * the transcript had the use before the question was asked: it is the last one that is equal.
 */
export function watchToolUse(
  file: string,
  use: { tool: string; input: unknown; askedAt: number },
): ToolWatch {
  let offset: number | undefined;
  let rest = '';
  const ids = new Set<string>();
  let isOver = false;

  function read(line: string): void {
    if (!line.includes('"tool_use"') && !line.includes('"tool_result"')) return;
    const parsed = Line.safeParse(parse(line));
    if (!parsed.success) return;
    const { timestamp, message } = parsed.data;
    const at = Date.parse(timestamp ?? '');
    for (const block of message.content) {
      const found = ToolUse.safeParse(block).data;
      if (found?.name === use.tool && isDeepStrictEqual(found.input, use.input)) ids.add(found.id);
      const result = ToolResult.safeParse(block).data;
      if (result && ids.has(result.tool_use_id) && !(at < use.askedAt - slackMs)) isOver = true;
    }
  }

  function readOn(): void {
    // The session says where it is: to open a pipe there would wait for a writer for ever.
    const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(fd);
      if (!stats.isFile()) return;
      const { size } = stats;
      offset ??= Math.max(0, size - tailBytes);
      const bytes = Buffer.alloc(Math.min(tailBytes, Math.max(0, size - offset)));
      offset += readSync(fd, bytes, 0, bytes.length, offset);
      // Bytes, so that a character cut at the end of what is there yet comes out whole.
      const lines = (rest + bytes.toString('latin1')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) read(Buffer.from(line, 'latin1').toString('utf8'));
    } finally {
      closeSync(fd);
    }
  }

  return {
    isOver() {
      if (isOver) return true;
      try {
        readOn();
      } catch {
        // Not there, or no longer: whatever else shows that the question is over has to do.
      }
      return isOver;
    },
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
