import { partSeparator } from './render.ts';

/** What goes with one call behind everything that is cached; undefined for nothing. */
export function joinAsides(...notes: readonly (string | undefined)[]): string | undefined {
  return notes.filter(Boolean).join(partSeparator) || undefined;
}
