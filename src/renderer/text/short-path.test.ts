import { expect, it } from 'vitest';
import { shortPath } from './short-path.ts';

it('writes ~ for the folder of the owner, and only for that', () => {
  expect(shortPath('/home/jc/.relay', '/home/jc')).toBe('~/.relay');
  expect(shortPath('/home/jc', '/home/jc/')).toBe('~');
  expect(shortPath('C:\\Users\\jc\\.relay', 'C:\\Users\\jc')).toBe('~\\.relay');
  expect(shortPath('/home/jcb/.relay', '/home/jc')).toBe('/home/jcb/.relay');
  expect(shortPath('/srv/relay', '')).toBe('/srv/relay');
});
