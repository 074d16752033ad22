import { readFileSync } from 'node:fs';
import type { Rectangle } from 'electron';
import { replaceFile } from '#core/settings/whole-file.ts';

export interface WindowPlace {
  x: number;
  y: number;
  width: number;
  height: number;
  isMaximized: boolean;
}

/** Where the window was; undefined where that is not known. */
export function readWindowPlace(path: string): WindowPlace | undefined {
  try {
    const kept: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isPlace(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** By hand: a window that waits for a schema library opens a tenth of a second later. */
function isPlace(kept: unknown): kept is WindowPlace {
  if (typeof kept !== 'object' || kept === null) return false;
  const { x, y, width, height, isMaximized } = kept as Partial<Record<keyof WindowPlace, unknown>>;
  const sizes = [width, height].every((size) => Number.isSafeInteger(size) && Number(size) >= 1);
  return sizes && [x, y].every(Number.isSafeInteger) && typeof isMaximized === 'boolean';
}

/** Losing it costs nothing but a drag of the mouse, so a failure is ignored. */
export function writeWindowPlace(path: string, place: WindowPlace): void {
  try {
    replaceFile(path, JSON.stringify(place), 0o600);
  } catch {
    // A full disk is told of elsewhere.
  }
}

/** Enough of a window to take hold of it with the mouse. */
const gripPx = 64;

/** Whether a window there can be seen and moved: screens come and go between two starts. */
export function isReachable(place: Rectangle, screens: readonly Rectangle[]): boolean {
  return screens.some((screen) => {
    const left = Math.max(place.x, screen.x);
    const right = Math.min(place.x + place.width, screen.x + screen.width);
    const isTopThere = place.y >= screen.y - 1 && place.y <= screen.y + screen.height - gripPx;
    return right - left >= gripPx && isTopThere;
  });
}
