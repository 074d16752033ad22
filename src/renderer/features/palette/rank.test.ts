import { describe, expect, it } from 'vitest';
import { rank } from './rank.ts';

describe('rank', () => {
  it('puts a name that begins with what was typed before one that has it inside', () => {
    expect(rank('first first', 'fir')).toBeGreaterThan(rank('Show the first steps', 'fir'));
    expect(rank('Show the first steps', 'steps')).toBeGreaterThan(rank('footsteps', 'steps'));
  });

  it('finds words in any order, and never scattered letters', () => {
    expect(rank('Export this session as Markdown', 'markdown export')).toBeGreaterThan(0);
    expect(rank('Export this session', 'ets')).toBe(0);
  });
});
