/**
 * A secret of no use, told from everything else, and every way in which it could be written down
 * somewhere: as it is, escaped, encoded, in two bytes a character.
 */
export interface Canary {
  name: string;
  value: string;
  spellings: readonly { how: string; bytes: Buffer }[];
}

export function canary(name: string, value: string): Canary {
  const bytes = Buffer.from(value, 'latin1');
  const spellings: [string, Buffer][] = [
    ['as it is', bytes],
    ['reversed', Buffer.from([...value].reverse().join(''), 'latin1')],
    ['in UTF-16', Buffer.from(value, 'utf16le')],
    ['in hexadecimal', Buffer.from(bytes.toString('hex'))],
    ['in capital hexadecimal', Buffer.from(bytes.toString('hex').toUpperCase())],
    ['in an address', Buffer.from(encodeURIComponent(value))],
    ['in JSON', Buffer.from(JSON.stringify(value).slice(1, -1))],
    ...base64s(bytes),
  ];
  const seen = new Set<string>();
  const own = spellings.filter(([, spelled]) => {
    const key = spelled.toString('latin1');
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
  return { name, value, spellings: own.map(([how, spelled]) => ({ how, bytes: spelled })) };
}

/** Base64 has three faces, by what stands before; at the edges the neighbours count in. */
function base64s(bytes: Buffer): [string, Buffer][] {
  return [0, 1, 2].flatMap((before): [string, Buffer][] => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const inner = text.slice(before === 0 ? 0 : 4, -4);
    const url = inner.replaceAll('+', '-').replaceAll('/', '_');
    return [
      ['in base64', Buffer.from(inner)],
      ['in base64 of addresses', Buffer.from(url)],
    ];
  });
}

/** Where in `bytes` a canary sits: one sentence for each kind of writing. */
export function findCanaries(bytes: Buffer, canaries: readonly Canary[], where: string): string[] {
  return canaries.flatMap(({ name, spellings }) =>
    spellings
      .filter((spelling) => bytes.includes(spelling.bytes))
      .map(({ how }) => `${name} stands ${how} in ${where}.`),
  );
}
