import { expect, test } from 'vitest';
import type { SessionId } from '#shared/ids.ts';
import { Settings } from '#shared/settings.ts';
import { setWeight, weightInForce, weightProblems } from './coefficients.ts';
import { confidence } from './confidence.ts';
import { driveNote, wordsAt } from './drive-note.ts';
import { frustration } from './frustration.ts';
import type { Level } from './level.ts';
import { occurrenceWords } from './occurrence.ts';
import { drives } from './registry.ts';

// A literal that fits its brand; without a digit, so that none can hide behind it.
const session = 'parser' as SessionId;
const at = (value: number): Level => ({ value, shares: new Map([['toolFailed', value]]) });
const noteAt = (frustrated: number, confident: number) =>
  driveNote(session, [
    { drive: frustration, level: at(frustrated) },
    { drive: confidence, level: { value: confident, shares: new Map([['replyTaken', 1]]) } },
  ]);

test('says nothing while nothing much has happened', () => {
  expect(noteAt(0, 0)).toBe('');
  expect(noteAt(0.24, 0.39)).toBe('');
});

test('asks for the owner the sooner, the worse it goes', () => {
  expect(noteAt(0.25, 0)).toContain('Look twice');
  expect(noteAt(0.5, 0)).toContain('Ask the owner sooner');
  expect(noteAt(0.75, 0)).toContain('ask the owner now');
  expect(noteAt(0.5, 0)).toMatch(/^<relay>\nHow it goes with session parser/);
  expect(noteAt(0.5, 0)).toContain('Lately: something you ran failed.\n</relay>');
});

test('a reason to ask sooner is never weighed against one to ask later', () => {
  expect(noteAt(0, 0.8)).toContain('Decide small things yourself');
  expect(noteAt(0.3, 0.8)).not.toContain('Decide small things yourself');
});

test('never a number, and nothing that allows what must be asked', () => {
  const all = [
    ...drives.flatMap(({ says }) => says.map(({ words }) => words)),
    ...Object.values(occurrenceWords),
    ...[0.3, 0.6, 0.9].flatMap((value) => [noteAt(value, 0), noteAt(0, value)]),
  ];
  for (const words of all) expect(words).not.toMatch(/\d|%/);
  for (const { words } of confidence.says) expect(words).toContain('must always be asked');
});

test('the words of a drive stand highest first, so that each can be reached', () => {
  for (const drive of drives) {
    const floors = drive.says.map(({ from }) => from);
    expect(floors).toEqual(floors.toSorted((a, b) => b - a));
    for (const { from, words } of drive.says) expect(wordsAt(drive, { value: from })).toBe(words);
  }
});

test('the owner’s weights hold where they can be used, and are named where not', () => {
  const given = (weights: Record<string, unknown>) =>
    Settings.parse({ drives: { weights } }).drives;
  expect(setWeight('frustration', 'toolFailed', given({}))).toBe(0.15);
  expect(setWeight('frustration', 'toolFailed', given({ 'frustration.toolFailed': 0.4 }))).toBe(
    0.4,
  );
  const bad = given({ 'frustration.toolFailed': 2, 'frustration.weather': 0.1 });
  expect(setWeight('frustration', 'toolFailed', bad)).toBe(0.15);
  expect(weightProblems(bad)).toEqual([
    'drives.weights: "frustration.toolFailed" must be a number from 0 to 1; until then it is 0.15.',
    'drives.weights: there is no "frustration.weather"; docs/drives.md lists what there is.',
  ]);
});

test('what was learnt counts only while learning is on, and never above 1', () => {
  const factors = { 'frustration.toolFailed': 1.5, 'frustration.wentInCircles': 1.5 };
  const off = Settings.parse({}).drives;
  expect(weightInForce('frustration', 'toolFailed', off, factors)).toBe(0.15);
  const weights = { 'frustration.wentInCircles': 0.9 };
  const on = Settings.parse({ drives: { learn: true, weights } }).drives;
  expect(weightInForce('frustration', 'toolFailed', on, factors)).toBeCloseTo(0.225, 12);
  expect(weightInForce('frustration', 'wentInCircles', on, factors)).toBe(1);
});
