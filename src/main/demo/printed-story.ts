import { type Passage, seconds } from './narrator.ts';

/** The terminal as far as the demo needs it (`Terminal` of the command line is one). */
export interface DemoTerminal {
  write(text: string): void;
  complain(sentence: string): void;
  accent(text: string): string;
  muted(text: string): string;
  columns: number;
}

const timeWidth = 8;
const indent = ' '.repeat(timeWidth + 2);
/** Lines longer than this are hard to read, however wide the terminal is. */
const widestColumns = 96;

/** A passage as lines, wrapped to the terminal; ends with a line break. */
export function printPassage(passage: Passage, terminal: DemoTerminal): string {
  const { kind, atMs, who, note, text } = passage;
  const width = textWidth(terminal);
  if (kind === 'step') {
    const [first = '', ...rest] = wrap(text, width - 2);
    const lines = [`- ${first}`, ...rest.map((line) => `  ${line}`)];
    return lines.map((line) => `${indent}${terminal.muted(line)}\n`).join('');
  }
  const name = kind === 'question' ? terminal.accent(who) : who;
  const gap = ' '.repeat(Math.max(2, width - who.length - note.length));
  const time = terminal.muted(seconds(atMs).padStart(timeWidth));
  const head = note === '' ? name : `${name}${gap}${terminal.muted(note)}`;
  const lines = text.split('\n').flatMap((paragraph) => wrap(paragraph, width));
  const body = lines.map((line) => `${indent}${line}\n`).join('');
  return `\n${time}  ${head}\n${body}`;
}

/** Plain text of Relay's own, as wide as the story. */
export function printParagraph(text: string, { columns }: DemoTerminal): string {
  return `${wrap(text, Math.min(columns, widestColumns)).join('\n')}\n`;
}

function textWidth({ columns }: DemoTerminal): number {
  return Math.max(24, Math.min(columns, widestColumns) - indent.length);
}

/** Lines of at most `width` characters, broken between words; a longer word stands alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > width && line !== '') {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
