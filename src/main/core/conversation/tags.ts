/** The tags by which the supervisor tells whose words it reads. Only Relay may write them. */
export type Tag =
  | 'session'
  | 'owner'
  | 'relay'
  | 'summary'
  | 'supervisor'
  | 'tool_call'
  | 'tool_response';

const tags = [
  'session',
  'owner',
  'relay',
  'summary',
  'supervisor',
  'tool_call',
  'tool_response',
] as const satisfies readonly Tag[];

/**
 * The `<` of anything that reads as one of Relay's tags: opening or closing, in any case, with
 * blanks or invisible characters before the name. `<sessions>` and `<session-id>` are other names.
 */
const ownTagStart = new RegExp(
  String.raw`<(?=[\s\p{Cc}\p{Cf}/]*(?:${tags.join('|')})(?![\w.:-]))`,
  'giu',
);

/**
 * Somebody's text with Relay's tags disarmed (`&lt;session`) and nothing else changed, but for half
 * surrogate pairs: the API refuses a request that holds one, and the conversation would be stuck.
 */
export function escapeText(text: string): string {
  return text.toWellFormed().replace(ownTagStart, '&lt;');
}

/** Titles come from sessions; a tag has to stay small whatever they call themselves. */
const longestAttribute = 128;

const namedEntities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escapeAttribute(value: string): string {
  const shown =
    value.length > longestAttribute ? `${value.slice(0, longestAttribute - 1)}…` : value;
  return shown
    .toWellFormed()
    .replace(/[&<>"\p{Cc}]/gu, (char) => namedEntities[char] ?? `&#${char.charCodeAt(0)};`);
}

/** `<tag name="value">`; attributes that are null are left out. */
export function openTag(tag: Tag, attributes: Readonly<Record<string, string | null>>): string {
  let written = `<${tag}`;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) written += ` ${name}="${escapeAttribute(value)}"`;
  }
  return `${written}>`;
}

export function closeTag(tag: Tag): string {
  return `</${tag}>`;
}

/** `2026-11-21T10:02:14Z`: to the second, always UTC. */
export function timeAttribute(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}
