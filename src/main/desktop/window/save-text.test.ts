import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { fittingName, saveText } from './save-text.ts';

describe('a saved text', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'relay-save-'));
  });

  it('is exactly what was given, for the owner alone, also where another file lay', () => {
    const file = join(folder, 'a.md');
    writeFileSync(file, 'longer than what comes now', { mode: 0o644 });
    const text = '\uFEFFGröße\r\n\u{1F600}';
    expect(saveText(file, text)).toEqual({ kind: 'saved', file });
    expect(readFileSync(file)).toEqual(Buffer.from(text));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['a.md']);
  });

  it('that cannot be written says why, and what to do', () => {
    expect(saveText(join(folder, 'gone', 'a.md'), 'x')).toEqual({
      kind: 'failed',
      why: `There is no folder ${join(folder, 'gone')}. Choose another one.`,
    });
    mkdirSync(join(folder, 'b'));
    expect(saveText(join(folder, 'b'), 'x')).toEqual({
      kind: 'failed',
      why: `${join(folder, 'b')} is a folder. Choose another name.`,
    });
    writeFileSync(join(folder, 'file'), '');
    expect(saveText(join(folder, 'file', 'a.md'), 'x').kind).toBe('failed');
    expect(readdirSync(folder)).toEqual(['b', 'file']);
  });

  it('has a name that leads nowhere else', () => {
    expect(fittingName('relay-../../a:b\n.md')).toBe('relay-..-..-a-b-.md');
    expect(fittingName('relay-api_1.2-x.jsonl')).toBe('relay-api_1.2-x.jsonl');
  });
});
