import fc from 'fast-check';
import { ownerWord } from '#core/intake/owner-input.ts';
import type { PhoneCodes } from '#core/notify/phone-codes.ts';
import { readPhoneWord } from '#core/notify/phone-word.ts';
import { excerptOf, searchWords, wordsIn } from '#core/store/search-words.ts';
import { ItemId, SessionId } from '#shared/ids.ts';
import { bytesOf, type ParserTarget, textOf } from './parser-target.ts';

const anyText = fc
  .oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }))
  .map((text) => Buffer.from(text, 'utf8'));

/** `jc_input.txt` (DESIGN 2.4). */
export const ownerInput: ParserTarget = {
  name: 'jc_input.txt',
  samples: bytesOf(
    ...['Use SQLite.', '@session-1: Yes, go on.', '@session-1:\n\nTwo\nlines', '\uFEFF@a.b:x'],
    ...['@..: no', '@a b: no', '@: x', '@s1:', '  @s1: x  ', 'a\r\n@s1: b'],
  ),
  generated: anyText,
  look({ bytes }) {
    const text = textOf(bytes).replace(/^\uFEFF/, '');
    const { sessionId, text: words } = ownerWord(text);
    const problems: string[] = [];
    if (words !== words.trim()) problems.push('The words have blanks around them.');
    if (sessionId === null && words !== text.trim()) problems.push('The words are others.');
    if (sessionId !== null) {
      if (!SessionId.safeParse(sessionId).success) problems.push(`A session ${sessionId}.`);
      const again = ownerWord(`@${sessionId}: ${words}`);
      if (again.sessionId !== sessionId || again.text !== words) {
        problems.push('Written down and read again it is another.');
      }
      if (words === '') problems.push('Nothing is to be sent.');
    }
    return { problems, outcome: `${sessionId === null} ${words === ''}` };
  },
};

const codes: PhoneCodes = {
  codeFor: (act, itemId) => `${act}-${itemId}`,
  isGood: (act, itemId, code) => code === `${act}-${itemId}`,
};

/** What comes in on the reply topic: anybody who knows it may write there. */
export const phoneWords: ParserTarget = {
  name: 'phone',
  samples: bytesOf(
    ...['relay:approve:i1:approve-i1', 'relay:dismiss:i2:dismiss-i1', 'i12: Yes.', 'I3:\nno'],
    ...['@s1: Go on.', 'What now?', 'relay:', 'i1:', 'relay:approve:i1:'],
  ),
  generated: anyText,
  look({ bytes }) {
    const text = textOf(bytes);
    const act = readPhoneWord(text, codes);
    const problems: string[] = [];
    if (!act) {
      if (text.trim() !== '') problems.push('Nothing was made of something.');
      return { problems, outcome: 'nothing' };
    }
    if ('itemId' in act && !ItemId.safeParse(act.itemId).success) problems.push('A bad item.');
    const isButton = act.kind === 'approve' || act.kind === 'dismiss';
    if (isButton && text.trim() !== `relay:${act.kind}:${act.itemId}:${act.kind}-${act.itemId}`) {
      problems.push(`A button pressed by ${JSON.stringify(text)}.`);
    }
    if (act.kind === 'word' && text.trim().startsWith('relay:')) {
      problems.push('A button became a word.');
    }
    return { problems, outcome: act.kind };
  },
};

const said = `${'word '.repeat(200)}parse_config(a.ts:12) Grüße 世界 ${'x'.repeat(3_000)}`;

/** What somebody types into the search. */
export const searchText: ParserTarget = {
  name: 'search',
  samples: bytesOf(
    ...['parse config', 'a.ts:12', '"quoted" OR NEAR(x)', 'Grüße', '世界', '[a-z]+*', 'word word '],
    ...['\\p{L}', '(?<!x)', 'x'.repeat(300), 'a-b/c'],
  ),
  generated: anyText,
  look({ bytes }) {
    const typed = textOf(bytes);
    const words = searchWords(typed);
    const problems = words
      .filter((word) => !/^"(?:[^"]|"")+"\*?$/u.test(word))
      .map((word) => `A word of the query is ${JSON.stringify(word)}.`);
    const text = excerptOf(said, typed.trim(), wordsIn(typed));
    const whole = text.map((part) => part.text).join('');
    if (whole.length > 400) problems.push(`An excerpt of ${whole.length} characters.`);
    const matches = text.filter((part) => part.isMatch).length;
    return { problems, outcome: `${words.length} ${matches}` };
  },
};
