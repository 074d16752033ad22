/**
 * Whether a value has lists and objects within each other more than `levels` deep; so has one that
 * holds itself. Whoever writes such a value down, or compares it, takes a step of the stack for each.
 */
export function isNestedDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const inner of Object.values(value)) {
    if (isNestedDeeper(inner, levels - 1)) return true;
  }
  return false;
}
