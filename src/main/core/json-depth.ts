/** Levels of lists and objects that JSON from outside may have within its own. */
export const deepestJson = 200;

/**
 * Whether JSON has more open brackets at once than is allowed. Told from the bytes: as values, 8 MiB
 * of brackets take up a gigabyte, and whoever writes them down again a step of the stack for each.
 */
export function isJsonDeeper(json: Uint8Array, levels: number): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (byte === quote) isText = !isText;
    else if (isText && byte === backslash) at += 1;
    else if (isText) continue;
    else if (byte === openList || byte === openObject) {
      depth += 1;
      if (depth > levels + 1) return true;
    } else if (byte === closeList || byte === closeObject) depth -= 1;
  }
  return false;
}

const [quote, backslash, openList, closeList, openObject, closeObject] = [...'"\\[]{}'].map(
  (char) => char.charCodeAt(0),
);
