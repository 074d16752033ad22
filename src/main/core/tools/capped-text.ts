/** What one use of a tool may put into the conversation, in UTF-8 bytes, the note included. */
export const outputLimitBytes = 100_000;

/** Errors stand at the end, what was asked for at the beginning: the end gets the larger half. */
const headShare = 0.4;
const noteRoomBytes = 200;

/** Collects output of any length in bounded memory: its beginning and its end are kept. */
export interface CappedText {
  add(chunk: Buffer): void;
  readonly sizeBytes: number;
  /** The newest lines, for whoever watches. */
  tail(bytes: number): string;
  /** Everything, or beginning and end with a note of how much is left out in between. */
  text(): string;
}

export function createCappedText(limitBytes = outputLimitBytes): CappedText {
  const room = Math.max(0, limitBytes - noteRoomBytes);
  const headBytes = Math.floor(room * headShare);
  const tailBytes = room - headBytes;
  let head = Buffer.alloc(0);
  let tail: Buffer[] = [];
  let tailHeldBytes = 0;
  let sizeBytes = 0;

  /** Joins what is held now and then, so that many small chunks cost no more than one large one. */
  function trimTail(): void {
    if (tailHeldBytes <= 4 * tailBytes + 65_536) return;
    const joined = Buffer.concat(tail).subarray(-tailBytes - 4);
    tail = [Buffer.from(joined)];
    tailHeldBytes = joined.length;
  }

  return {
    get sizeBytes() {
      return sizeBytes;
    },
    add(chunk) {
      sizeBytes += chunk.length;
      const missing = headBytes - head.length;
      const toHead = chunk.subarray(0, Math.max(0, missing));
      if (toHead.length > 0) head = Buffer.concat([head, toHead]);
      const rest = chunk.subarray(toHead.length);
      if (rest.length === 0) return;
      // A copy: a piece of a larger buffer would keep all of it.
      const kept = Buffer.from(rest.subarray(-tailBytes - 4));
      tail.push(kept);
      tailHeldBytes += kept.length;
      trimTail();
    },
    tail(bytes) {
      const joined = Buffer.concat([head, ...tail]);
      return wholeEnd(joined.subarray(-bytes)).toString('utf8');
    },
    text() {
      if (sizeBytes <= room) return Buffer.concat([head, ...tail]).toString('utf8');
      const start = wholeStart(head);
      const end = wholeEnd(Buffer.concat(tail).subarray(-tailBytes));
      const leftOut = sizeBytes - start.length - end.length;
      const note = `\n\n[${leftOut} of ${sizeBytes} bytes are left out here]\n\n`;
      return start.toString('utf8') + note + end.toString('utf8');
    },
  };
}

/** A text that is there already, in the same way. */
export function capText(text: string, limitBytes = outputLimitBytes): string {
  if (Buffer.byteLength(text) <= limitBytes) return text;
  const capped = createCappedText(limitBytes);
  capped.add(Buffer.from(text));
  return capped.text();
}

const isContinuation = (byte: number | undefined): boolean =>
  byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000;

/** Without a character that is cut off at the end. */
function wholeStart(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes.length - end < 3 && isContinuation(bytes[end - 1])) end -= 1;
  const lead = bytes[end - 1] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return end - 1 + length <= bytes.length ? bytes : bytes.subarray(0, end - 1);
}

/** Without the rest of a character that began before. */
function wholeEnd(bytes: Buffer): Buffer {
  let start = 0;
  while (start < 3 && isContinuation(bytes[start])) start += 1;
  return bytes.subarray(start);
}
