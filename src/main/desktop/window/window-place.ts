import { readFileSync } from 'node:fs';
import type { Rectangle } from 'electron';
import { z } from 'zod';
import { replaceFile } from '#core/settings/whole-file.ts';

const WindowPlace = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(1),
  height: z.int().min(1),
  isMaximized: z.boolean(),
});
export type WindowPlace = z.infer<typeof WindowPlace>;

/** Where the window was; undefined where that is not known. */
export function readWindowPlace(path: string): WindowPlace | undefined {
  try {
    return WindowPlace.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
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
