/** Finds the end mark in a stream without keeping the stream. */
export interface MarkedStream {
  /** @returns what stood behind the mark up to the end of its line, once it has come */
  add(chunk: Buffer): string | undefined;
  /** Everything that was held back in case a mark began there. */
  flush(): void;
}

const longestStatus = 8_192;

/** @param onData gets everything before the mark, in order */
export function createMarkedStream(mark: string, onData: (data: Buffer) => void): MarkedStream {
  const wanted = Buffer.from(mark);
  let held: Buffer = Buffer.alloc(0);
  let isFound = false;
  return {
    add(chunk) {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      if (!isFound) {
        const at = held.indexOf(wanted);
        if (at < 0) {
          const sure = held.length - startedAtEnd(held, wanted);
          onData(held.subarray(0, sure));
          held = Buffer.from(held.subarray(sure));
          return undefined;
        }
        isFound = true;
        onData(held.subarray(0, at));
        held = held.subarray(at + wanted.length);
      }
      const end = held.indexOf(0x0a);
      if (end < 0 && held.length < longestStatus) return undefined;
      const status = held.subarray(0, end < 0 ? longestStatus : end).toString('utf8');
      held = Buffer.alloc(0);
      return status.trim();
    },
    flush() {
      if (!isFound) onData(held);
      held = Buffer.alloc(0);
    },
  };
}

/** How many bytes at the end may be the beginning of the mark. */
function startedAtEnd(held: Buffer, wanted: Buffer): number {
  for (let length = Math.min(held.length, wanted.length - 1); length > 0; length -= 1) {
    if (held.subarray(-length).equals(wanted.subarray(0, length))) return length;
  }
  return 0;
}
