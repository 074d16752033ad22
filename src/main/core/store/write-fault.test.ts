import { expect, test } from 'vitest';
import { writeFaultSentence } from './write-fault.ts';

const withCode = (code: string) => Object.assign(new Error('x'), { code });

test.each([
  ['SQLITE_FULL', 'The disk is full.'],
  ['ENOSPC', 'The disk is full.'],
  ['EDQUOT', 'The disk is full.'],
  ['SQLITE_READONLY_DBMOVED', 'may not write'],
  ['EACCES', 'may not write'],
  ['SQLITE_BUSY', 'Another program holds'],
  ['SQLITE_BUSY_SNAPSHOT', 'Another program holds'],
  ['SQLITE_CORRUPT_VTAB', 'is damaged'],
  ['SQLITE_NOTADB', 'is damaged'],
  ['SQLITE_IOERR_WRITE', 'fails to read or write'],
  ['EROFS', 'is read-only'],
  ['ENOTDIR', 'should not be there'],
])('%s: %s', (code, words) => {
  expect(writeFaultSentence(withCode(code))).toContain(words);
});

test.each([withCode('SQLITE_CONSTRAINT'), withCode('ENOENT'), new Error('x'), 'SQLITE_FULL', null])(
  'a bug is no fault of the disk',
  (error) => {
    expect(writeFaultSentence(error)).toBeUndefined();
  },
);
