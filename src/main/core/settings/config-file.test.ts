import { describe, expect, it } from 'vitest';
import { readConfigText, withSetting } from './config-file.ts';

describe('changing one setting', () => {
  it('keeps comments, order, blank lines and what is not known', () => {
    const before = [
      '# mine',
      'supervisor: # who',
      '  maxTokens: 0x100 # few',
      '',
      '  # why',
      '  model: "a" # cheap',
      'custom: [1, 2]',
      '',
    ].join('\n');
    expect(withSetting(before, 'supervisor.model', 'claude-opus-5')?.split('\n')).toEqual([
      '# mine',
      'supervisor:',
      '  # who',
      '  maxTokens: 0x100 # few',
      '',
      '  # why',
      '  model: "claude-opus-5" # cheap',
      'custom: [ 1, 2 ]',
      '',
    ]);
  });

  it('changes the kind of value where it must', () => {
    expect(withSetting('budget:\n  perDayUsd: "x" # a\n', 'budget.perDayUsd', 3.5)).toBe(
      'budget:\n  perDayUsd: 3.5 # a\n',
    );
    expect(withSetting('budget:\n  perDayUsd: 0x10\n', 'budget.perDayUsd', 32)).toBe(
      'budget:\n  perDayUsd: 32\n',
    );
    expect(withSetting('budget:\n  perDayUsd: 1\n', 'budget.perDayUsd', null)).toBe(
      'budget:\n  perDayUsd: null\n',
    );
    // Text that reads like something else has to be quoted.
    expect(withSetting('', 'supervisor.model', 'null')).toBe('supervisor:\n  model: "null"\n');
  });

  it('finds its place in a file that has none for it', () => {
    expect(withSetting('', 'autonomy', 'off')).toBe('autonomy: off\n');
    expect(withSetting('# all gone\n', 'escalation.hold', 'all')).toBe(
      '# all gone\n\nescalation:\n  hold: all\n',
    );
    expect(withSetting('budget:\n  # perDayUsd: 10\nautonomy: off\n', 'budget.perDayUsd', 2)).toBe(
      'budget:\n  # perDayUsd: 10\n  perDayUsd: 2\nautonomy: off\n',
    );
    expect(withSetting('autonomy: off\n', 'prices', { m: { input: 1 } })).toBe(
      'autonomy: off\nprices:\n  m:\n    input: 1\n',
    );
  });

  it('leaves a file alone that it cannot read', () => {
    expect(withSetting('a: [1', 'autonomy', 'off')).toBeUndefined();
    expect(withSetting('- a\n', 'autonomy', 'off')).toBeUndefined();
  });
});

describe('reading config.yaml', () => {
  it('says in which line it cannot be read', () => {
    const read = readConfigText('autonomy: auto\nbudget: "5\n');
    expect(read).toMatchObject({ ok: false });
    expect(read.ok ? '' : read.problem).toMatch(/^config\.yaml cannot be read in line [23]: .+\.$/);
    expect(readConfigText('a: *nothing\n')).toMatchObject({ ok: false });
  });

  it('takes an empty file for no settings', () => {
    expect(readConfigText('')).toEqual({ ok: true, tree: {} });
    expect(readConfigText('# nothing\n')).toEqual({ ok: true, tree: {} });
  });
});

describe('found by fuzzing config.yaml', () => {
  it('its problem is one plain, short line, whatever stands in the file', () => {
    for (const text of ['a: [\u202e\u0007', `&${'x'.repeat(20_000)} *${'y'.repeat(9_000)}`]) {
      const read = readConfigText(text);
      expect(read.ok ? '' : read.problem).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]{8,400}$/u);
    }
  });

  it('a value that stands for another setting, too, is not changed', () => {
    const text = 'supervisor:\n  model: &a claude-opus-5\n  summaryModel: *a\n';
    expect(withSetting(text, 'supervisor.model', 'claude-sonnet-5-5')).toBeUndefined();
    expect(withSetting(text, 'supervisor.summaryModel', 'x')).toContain('summaryModel: x');
  });

  it('one that would take minutes to read is not read, and not written either', () => {
    const text = '"'.repeat(300_000);
    expect(readConfigText(text)).toEqual({
      ok: false,
      problem: 'config.yaml is longer than 32 KiB.',
    });
    expect(withSetting(text, 'autonomy', 'off')).toBeUndefined();
  });

  it('lines without end are refused at once: behind a mistake they took seconds', () => {
    const text = `a: ]\n${'\n'.repeat(30_000)}? b`;
    expect(readConfigText(text)).toEqual({
      ok: false,
      problem: 'config.yaml has more than 2,000 lines.',
    });
    expect(withSetting(text, 'autonomy', 'off')).toBeUndefined();
  });

  it.each(['? '.repeat(2_800), ': '.repeat(5_500), `a: ${'['.repeat(3_000)}`])(
    'levels without end in one line are refused at once',
    (text) => {
      expect(readConfigText(`# one\n${text}`)).toEqual({
        ok: false,
        problem: 'config.yaml is nested too deeply in line 2.',
      });
      expect(withSetting(`# one\n${text}`, 'autonomy', 'off')).toBeUndefined();
    },
  );

  it('what can be read and not be written again is not changed', () => {
    const text = 'desktop: {shortcut: &\u0000 []}\n';
    expect(readConfigText(text).ok).toBe(true);
    expect(withSetting(text, 'autonomy', 'off')).toBeUndefined();
  });
});
