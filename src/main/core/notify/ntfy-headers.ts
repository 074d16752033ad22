import { Buffer } from 'node:buffer';

/** The longest an encoded word may be (RFC 2047, section 2). */
const encodedWordLength = 75;

/**
 * Text as the value of an HTTP header. ntfy reads RFC 2047, so text beyond ASCII becomes encoded
 * words, each of whole characters. Line breaks and control characters become blanks.
 */
export function headerText(text: string): string {
  const line = text.replaceAll(/\p{Cc}+/gu, ' ').trim();
  // What looks like an encoded word must be encoded, or it would be decoded on arrival.
  if (/^[\x20-\x7e]*$/.test(line) && !line.includes('=?')) return line;
  const open = '=?UTF-8?B?';
  const close = '?=';
  const roomBytes = Math.floor((encodedWordLength - open.length - close.length) / 4) * 3;
  const words: string[] = [];
  let word = '';
  for (const character of line) {
    if (Buffer.byteLength(word + character) > roomBytes) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  words.push(word);
  return words.map((one) => `${open}${Buffer.from(one).toString('base64')}${close}`).join(' ');
}

/** At most so many bytes of UTF-8, cut between characters and ended by an ellipsis. */
export function cutToBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const ellipsis = '…';
  const room = new Uint8Array(Math.max(0, maxBytes - Buffer.byteLength(ellipsis)));
  const { read } = new TextEncoder().encodeInto(text, room);
  return text.slice(0, read).trimEnd() + ellipsis;
}
