import type fc from 'fast-check';

/** What a parser is given: bytes, and by chance what it is asked to do with them. */
export interface Given {
  bytes: Buffer;
  /** Picks among what the target has to choose from. */
  choice: number;
  /** Any JSON value. */
  value: unknown;
}

export interface Look {
  /** Sentences on what is not as it must be. */
  problems: string[];
  /** What kind of answer it gave; an input with a new one is kept, and made others of. */
  outcome: string;
}

export interface ParserTarget {
  name: string;
  /** Real ones. */
  samples: readonly Buffer[];
  /** Made by rule. */
  generated: fc.Arbitrary<Buffer>;
  /** Gives it to the parser; what the parser throws is thrown on. */
  look(given: Given): Look;
}

/** One line, short enough to be shown, and nothing in it that would not be seen. */
const plainSentence = /^[^\p{C}\p{Zl}\p{Zp}]{8,500}$/u;

/** What is wrong with sentences that the owner is shown. */
export function unfitSentences(sentences: readonly string[]): string[] {
  return sentences
    .filter((sentence) => !plainSentence.test(sentence))
    .map((sentence) => {
      const shown = JSON.stringify(sentence.slice(0, 200));
      return `A sentence of ${sentence.length} characters is not plain: ${shown}.`;
    });
}

/** A sentence without what it quotes: two of the same kind are of the same shape. */
export function shapeOf(sentence: string): string {
  return sentence
    .replace(/"[^"]*"|'[^']*'|\d+|`[^`]*`/g, '_')
    .replace(/[^\p{L} ._-]+/gu, '_')
    .slice(0, 60);
}

export const textOf = (bytes: Buffer): string => bytes.toString('utf8');
export const bytesOf = (...texts: string[]): Buffer[] =>
  texts.map((text) => Buffer.from(text, 'utf8'));
