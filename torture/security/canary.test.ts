import { expect, test } from 'vitest';
import { canary, findCanaries } from './canary.ts';

const key = canary('the key', 'sk-ant-canary-0123456789abcdef+/z');

test.each([
  ['as it is', (value: string) => `x ${value} y`],
  ['in base64', (value: string) => Buffer.from(`abc${value}xyz`).toString('base64')],
  ['in base64, shifted by one', (value: string) => Buffer.from(`a${value}z`).toString('base64')],
  ['in base64, shifted by two', (value: string) => Buffer.from(`ab${value}`).toString('base64url')],
  ['in an address', (value: string) => `?key=${encodeURIComponent(value)}`],
  ['in hexadecimal', (value: string) => Buffer.from(value).toString('hex')],
])('a canary is found %s', (_, write) => {
  expect(findCanaries(Buffer.from(write(key.value)), [key], 'here')).not.toEqual([]);
});

test('it is found in UTF-16, and not where only a part of it is', () => {
  expect(findCanaries(Buffer.from(key.value, 'utf16le'), [key], 'here')).toEqual([
    'the key stands in UTF-16 in here.',
  ]);
  expect(findCanaries(Buffer.from(key.value.slice(0, -1)), [key], 'here')).toEqual([]);
});
