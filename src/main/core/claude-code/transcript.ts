import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { followLines } from './growing-lines.ts';

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

const Prompt = z.looseObject({
  type: z.literal('user'),
  timestamp: z.string(),
  message: z.looseObject({ content: z.union([z.string(), z.array(z.unknown())]) }),
});
const TextBlock = z.looseObject({ type: z.literal('text'), text: z.string() });

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
  const lines = followLines(file, tailBytes);
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

  return {
    isOver() {
      if (isOver) return true;
      try {
        lines.readOn(read);
      } catch {
        // Not there, or no longer: whatever else shows that the question is over has to do.
      }
      return isOver;
    },
  };
}

export interface PromptWatch {
  /** Whether the session has the words by now; undefined where the transcript cannot be read. */
  hasArrived(): boolean | undefined;
}

/**
 * Looks for a prompt that a session got since then. It is in the transcript before Claude Code asks
 * its model, and what is not there a resumed session does not know of.
 */
export function watchPrompt(file: string, prompt: { text: string; since: number }): PromptWatch {
  const lines = followLines(file);
  const words = prompt.text.trim();
  let hasArrived = false;

  function read(line: string): void {
    if (!line.includes('"user"')) return;
    const parsed = Prompt.safeParse(parse(line));
    if (!parsed.success || Date.parse(parsed.data.timestamp) < prompt.since) return;
    const { content } = parsed.data.message;
    const said =
      typeof content === 'string'
        ? content
        : content.map((block) => TextBlock.safeParse(block).data?.text ?? '').join('');
    if (said.trim() === words) hasArrived = true;
  }

  return {
    hasArrived() {
      try {
        while (!hasArrived && lines.readOn(read));
      } catch {
        return hasArrived || undefined;
      }
      return hasArrived;
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
