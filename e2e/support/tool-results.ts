import type { MessagesCall } from '#demo/messages-api.ts';

/** What came of the use of a tool, as the supervisor is told. */
export interface ToolResultSent {
  text: string;
  isError: boolean;
}

/** The results that a call hands back, in the order in which they were asked for. */
export function toolResults(call: MessagesCall | undefined): ToolResultSent[] {
  const content = call?.body.messages.at(-1)?.content ?? [];
  if (typeof content === 'string') return [];
  return content.flatMap((block) =>
    block.type === 'tool_result'
      ? [{ text: textOf(block.content), isError: block.is_error === true }]
      : [],
  );
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return String(content ?? '');
  return content.map((part: { text?: string }) => part.text ?? '').join('');
}
