import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Numbers from 0 to 1, the same for the same seed. */
export function chanceFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/**
 * Pieces of this checkout's own sources and documents, so that words are as common as in life.
 * @returns a piece of about so many characters
 */
export function sourceWords(chance: () => number): (characters: number) => string {
  const names = execFileSync('git', ['ls-files', '*.md', '*.ts', '*.tsx'], { cwd: root });
  const files = names.toString().trim().split('\n');
  const text = files.map(read).join('\n');
  return (characters) => {
    const at = Math.floor(chance() * (text.length - characters));
    return text.slice(at, at + characters);
  };
}

/** One that was removed and not yet committed has no words. */
function read(name: string): string {
  try {
    return readFileSync(join(root, name), 'utf8');
  } catch {
    return '';
  }
}
