import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { onIdle } from './idle-time.ts';

// Node tells no idle time either.
beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => vi.useRealTimers());

it('gives a slice that runs out where no idle time is told', () => {
  const left: number[] = [];
  onIdle((timeLeftMs) => {
    left.push(timeLeftMs());
    vi.advanceTimersByTime(20);
    left.push(timeLeftMs());
  });
  vi.advanceTimersByTime(20);
  expect(left[0]).toBeGreaterThan(0);
  expect(left[1]).toBeLessThan(0);
});

it('does nothing once it is taken back', () => {
  const work = vi.fn();
  onIdle(work)();
  vi.advanceTimersByTime(1_000);
  expect(work).not.toHaveBeenCalled();
});
