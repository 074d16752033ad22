import { describe, expect, it } from 'vitest';
import { readDotEnv, withVariable } from './dot-env.ts';

describe('reading .env', () => {
  it('takes what editors and people leave in it', () => {
    const text = '\uFEFFA=1\r\nexport B = "two" # c\r\nC=\r\nD="  "\n# E=1\nF=\'a#b\'\n';
    expect(readDotEnv(text)).toEqual({ A: '1', B: 'two', F: 'a#b' });
  });
});

describe('setting one variable', () => {
  it('leaves every other line as it is', () => {
    const text = "# mine\nexport A='1'\n\nKEY=old # note\nB=2";
    expect(withVariable(text, 'KEY', 'sk-ant-1_2')).toBe(
      "# mine\nexport A='1'\n\nKEY=sk-ant-1_2\nB=2\n",
    );
    expect(withVariable(text, 'KEY', null)).toBe("# mine\nexport A='1'\n\nB=2\n");
  });

  it('takes the place of its commented line, else the end', () => {
    expect(withVariable('# KEY=\nA=1\n', 'KEY', 'x')).toBe('KEY=x\nA=1\n');
    expect(withVariable('A=1\n', 'KEY', 'x')).toBe('A=1\nKEY=x\n');
    expect(withVariable('', 'KEY', 'x')).toBe('KEY=x\n');
  });

  it('leaves one line where there were two', () => {
    expect(withVariable('KEY=1\nA=1\nKEY=2\n', 'KEY', '3')).toBe('A=1\nKEY=3\n');
  });

  it('quotes what would else be cut', () => {
    for (const value of ['a#b', 'a"b', "a'b", 'a$b', 'a\\nb']) {
      const text = withVariable('', 'KEY', value);
      expect(readDotEnv(text ?? '')).toEqual({ KEY: value });
    }
  });

  it('refuses what no quotes can hold and what would harm a neighbour', () => {
    expect(withVariable('', 'KEY', `a'b"c#`)).toBeUndefined();
    expect(withVariable('A="one\nKEY=two"\n', 'KEY', 'x')).toBeUndefined();
  });
});
