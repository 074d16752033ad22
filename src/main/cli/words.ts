import { createInterface } from 'node:readline/promises';
import type { CommandContext } from './terminal.ts';

export type Words = { ok: true; text: string } | { ok: false; message: string };

/**
 * The text of a command: the words on the line joined, all of standard input for a lone `-`, or, at
 * a terminal, what the person types when asked.
 */
export async function takeWords(
  context: CommandContext,
  words: readonly string[],
  question: string,
): Promise<Words> {
  const text = await readWords(context, words, question);
  if (text === undefined) {
    return { ok: false, message: 'The text is missing; give it, or - to read standard input.' };
  }
  return text.trim() === '' ? { ok: false, message: 'The text is empty.' } : { ok: true, text };
}

async function readWords(
  context: CommandContext,
  words: readonly string[],
  question: string,
): Promise<string | undefined> {
  if (words.length === 1 && words[0] === '-') return readStandardInput();
  if (words.length > 0) return words.join(' ');
  return context.terminal.isInteractive ? ask(question) : undefined;
}

export async function readStandardInput(): Promise<string> {
  process.stdin.setEncoding('utf8');
  let text = '';
  for await (const chunk of process.stdin) text += chunk;
  return text;
}

/** One line from the person at the terminal. */
export async function ask(question: string): Promise<string> {
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await prompt.question(`${question} `);
  } finally {
    prompt.close();
  }
}
