import { createTwoFilesPatch } from 'diff';

/** Where what was learnt stands, at the end, so that everything before stays as it was written. */
const heading = "## Learnt from the owner's corrections";

/** The list items of an answer; everything else of it is left out. */
export function additionsIn(answer: string): string[] {
  return answer
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^[-*] \S/.test(line))
    .map((line) => `- ${line.slice(2).trim()}`);
}

/** The instructions with what was learnt; what they say already is not said twice. */
export function withAdditions(instructions: string, additions: readonly string[]): string {
  const known = new Set(instructions.split('\n').map((line) => line.trim()));
  const fresh = additions.filter((line) => !known.has(line));
  if (fresh.length === 0) return instructions;
  const before = instructions.trimEnd();
  const section = known.has(heading) ? '' : `\n${heading}\n`;
  return `${before}\n${section}${section === '' ? '' : '\n'}${fresh.join('\n')}\n`;
}

/** Unified; empty where nothing changes. */
export function diffOf(before: string, after: string): string {
  if (before === after) return '';
  return createTwoFilesPatch('supervisor.md', 'supervisor.md', before, after).replace(/^=+\n/, '');
}
