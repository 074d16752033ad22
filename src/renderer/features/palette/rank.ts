/**
 * How well a name fits what was typed, 0 (not at all) to 1: it begins with it, a word of it does, it
 * is in there somewhere, all its words are. Never by scattered letters: what comes up first must be
 * what was meant.
 */
export function rank(name: string, typed: string): number {
  const [text, sought] = [name.toLowerCase(), typed.trim().toLowerCase()];
  if (sought === '' || text.startsWith(sought)) return 1;
  const at = text.indexOf(sought);
  if (at > 0) return /[\p{L}\p{N}]/u.test(text[at - 1] ?? '') ? 0.6 : 0.8;
  return sought.split(/\s+/).every((word) => text.includes(word)) ? 0.4 : 0;
}
