import { utf8Bytes } from './estimate.ts';

interface TextRoom {
  /** UTF-16 units. */
  characters: number;
  /** UTF-8. */
  bytes: number;
}

/**
 * The beginning and the end of a text that is too long, with a note between them of how many
 * characters are left out; the text itself where it fits. Never cuts through a code point. Where
 * not even the note fits, the note alone.
 */
export function cutMiddle(text: string, room: TextRoom): string {
  if (text.length <= room.characters && utf8Bytes(text) <= room.bytes) return text;
  const noteLength = omission(text.length).length;
  const half = {
    characters: Math.floor((room.characters - noteLength) / 2),
    bytes: Math.floor((room.bytes - noteLength) / 2),
  };
  const headEnd = lengthOfHead(text, half);
  const tailStart = text.length - lengthOfTail(text, half);
  return text.slice(0, headEnd) + omission(tailStart - headEnd) + text.slice(tailStart);
}

/** In Relay's own tag, which no session can write. ASCII, so bytes and characters are the same. */
function omission(characters: number): string {
  return `\n<relay>${characters} characters are left out here</relay>\n`;
}

function lengthOfHead(text: string, room: TextRoom): number {
  let length = 0;
  let bytes = 0;
  while (length < text.length) {
    const codePoint = text.codePointAt(length) ?? 0;
    const units = codePoint > 0xffff ? 2 : 1;
    bytes += bytesOf(codePoint);
    if (length + units > room.characters || bytes > room.bytes) break;
    length += units;
  }
  return length;
}

function lengthOfTail(text: string, room: TextRoom): number {
  let length = 0;
  let bytes = 0;
  while (length < text.length) {
    const last = text.length - length - 1;
    const pair = last > 0 ? (text.codePointAt(last - 1) ?? 0) : 0;
    const codePoint = pair > 0xffff ? pair : text.charCodeAt(last);
    const units = codePoint > 0xffff ? 2 : 1;
    bytes += bytesOf(codePoint);
    if (length + units > room.characters || bytes > room.bytes) break;
    length += units;
  }
  return length;
}

function bytesOf(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}
