import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isReachable, readWindowPlace, writeWindowPlace } from './window-place.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-place-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const place = { x: 10, y: 20, width: 1200, height: 760, isMaximized: false };

it('is kept, and forgotten where it makes no sense', () => {
  const path = join(folder, 'window.json');
  expect(readWindowPlace(path)).toBeUndefined();
  writeWindowPlace(path, place);
  expect(readWindowPlace(path)).toEqual(place);
  for (const text of ['', '{"x":1}', '{"x":"a","y":0,"width":0,"height":-1,"isMaximized":false}']) {
    writeFileSync(path, text);
    expect(readWindowPlace(path)).toBeUndefined();
  }
});

it('is only taken up where the window can be seen and moved', () => {
  const screen = { x: 0, y: 0, width: 1920, height: 1080 };
  const right = { x: 1920, y: 0, width: 1920, height: 1080 };
  expect(isReachable(place, [screen])).toBe(true);
  expect(isReachable({ ...place, x: 2500 }, [screen])).toBe(false);
  expect(isReachable({ ...place, x: 2500 }, [screen, right])).toBe(true);
  expect(isReachable({ ...place, x: -1150 }, [screen])).toBe(false);
  expect(isReachable({ ...place, y: 1070 }, [screen])).toBe(false);
  expect(isReachable({ ...place, y: -300 }, [screen])).toBe(false);
});
