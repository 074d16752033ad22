import { appendFileSync } from 'node:fs';

/** What Claude Code writes down of a session, as far as it tells of tools. */
export interface Transcript {
  file: string;
  /** The session wants to use a tool. @returns the id of the use */
  uses(tool: string, input: unknown): string;
  /** It was used, or refused: whatever the terminal was told. */
  hasResult(id: string, text: string): void;
}

export function createTranscript(file: string): Transcript {
  let uses = 0;
  const write = (type: 'assistant' | 'user', block: object) => {
    const timestamp = new Date().toISOString();
    const message = { role: type, content: [block] };
    appendFileSync(file, `${JSON.stringify({ type, timestamp, message })}\n`);
  };
  return {
    file,
    uses(name, input) {
      uses += 1;
      const id = `toolu_${uses}`;
      write('assistant', { type: 'tool_use', id, name, input });
      return id;
    },
    hasResult: (id, content) => write('user', { type: 'tool_result', tool_use_id: id, content }),
  };
}
