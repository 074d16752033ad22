import type { ToolDefinition } from '../supervisor/supervisor.ts';
import { verdictTools } from '../supervisor/verdict-tools.ts';

/**
 * What a call sends beside the conversation, as one text to be measured: standing instructions, what
 * goes behind the last message, and the tools as they are described to the model. The tools of one
 * session's folder are not small: some two thousand tokens, and whatever plug-ins add.
 */
export function fixedText({
  instructions,
  aside,
  tools = [],
}: {
  instructions: string;
  aside?: string | undefined;
  tools?: readonly ToolDefinition[];
}): string {
  const described = [...verdictTools, ...tools].map((tool) => JSON.stringify(tool));
  return [instructions, aside ?? '', ...described].join('\n');
}
