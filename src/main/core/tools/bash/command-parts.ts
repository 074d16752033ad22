/**
 * The simple commands of a line of shell, each as its words. `isPlain` is false where anything stands
 * in the line that could run a command which is not among these parts, or write a file: then the
 * parts are only what could be made out.
 */
export interface CommandParts {
  parts: readonly (readonly string[])[];
  isPlain: boolean;
}

/** Redirections that touch no file. */
const harmlessRedirection =
  /^(?:[012]?>&[12]|(?:[012]|&)?>{1,2}\s*\/dev\/null|<\s*\/dev\/null)(?=[\s;&|]|$)/;
const separator = /^(?:&&|\|\||;|\||\n)/;
/** What a word may hold outside of quotes; `$NAME` can bring arguments, never a command. */
const plainCharacter = /^[\p{L}\p{N}_@%+=:,./~^*?![\]-]/u;
const plainVariable = /^\$(?:[A-Za-z_][A-Za-z0-9_]*|[?#0-9])/;

/** Reads a line as bash would, as far as that is easy; all that is not easy is not plain. */
export function commandParts(line: string): CommandParts {
  const parts: string[][] = [];
  let words: string[] = [];
  let word: string | undefined;
  let isPlain = true;
  let rest = line.trim();

  const endWord = () => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endPart = () => {
    endWord();
    if (words.length > 0) parts.push(words);
    words = [];
  };
  const take = (length: number): string => {
    const taken = rest.slice(0, length);
    rest = rest.slice(length);
    return taken;
  };

  while (rest !== '') {
    const redirection = word === undefined ? harmlessRedirection.exec(rest)?.[0] : undefined;
    const separated = separator.exec(rest)?.[0];
    const variable = plainVariable.exec(rest)?.[0];
    if (redirection !== undefined) {
      take(redirection.length);
    } else if (separated !== undefined) {
      // `|&` and `;;` are something else.
      if (/^(?:\|&|;;|;&)/.test(rest)) isPlain = false;
      take(separated.length);
      endPart();
    } else if (/^[ \t]/.test(rest)) {
      take(1);
      endWord();
    } else if (rest.startsWith("'")) {
      const end = rest.indexOf("'", 1);
      if (end < 0) isPlain = false;
      word = (word ?? '') + take(end < 0 ? rest.length : end + 1).replaceAll("'", '');
    } else if (rest.startsWith('"')) {
      const quoted = /^"((?:[^"\\]|\\[\s\S])*)"/.exec(rest);
      const inside = quoted?.[1] ?? rest.slice(1);
      if (!quoted || !isPlainInQuotes(inside)) isPlain = false;
      take(quoted ? quoted[0].length : rest.length);
      word = (word ?? '') + inside.replace(/\\(["\\$`])/g, '$1');
    } else if (/^\\[^\n]/.test(rest)) {
      word = (word ?? '') + take(2).slice(1);
    } else if (variable !== undefined) {
      // In the place of the command itself it could name any.
      if (words.length === 0) isPlain = false;
      word = (word ?? '') + take(variable.length);
    } else {
      if (!plainCharacter.test(rest)) isPlain = false;
      // A comment hides nothing, but where it begins is not worth telling.
      const [character = ''] = rest;
      word = (word ?? '') + take(character.length);
    }
  }
  endPart();
  return { parts, isPlain: isPlain && parts.every(isCommand) };
}

function isPlainInQuotes(inside: string): boolean {
  const bare = inside.replace(/\\[\s\S]/g, '');
  return !bare.includes('`') && bare.replace(/\$[A-Za-z_?#0-9]\w*/g, '').includes('$') === false;
}

/** `NAME=value command` runs it in another environment (`PATH`, `LD_PRELOAD`). */
function isCommand(words: readonly string[]): boolean {
  return !/^[A-Za-z_][A-Za-z0-9_]*\+?=/.test(words[0] ?? '');
}
