import { describe, expect, it } from 'vitest';
import { isInterfaceUrl, outsideAddress } from './interface-origin.ts';
import { isInterface } from './interface-sender.ts';

describe('an address of the interface', () => {
  it.each(['relay://app/', 'relay://app/index.html#x', 'relay://app'])('is %s', (address) => {
    expect(isInterfaceUrl(address)).toBe(true);
  });

  it.each([
    'relay://other/',
    'relay://app.evil/',
    'relay://app@evil/',
    'relay://user:word@app/',
    'relay://app:8080/',
    'https://app/',
    'file:///app/',
    'data:text/html,relay://app/',
    'relay:app',
    '',
  ])('is not %s', (address) => {
    expect(isInterfaceUrl(address)).toBe(false);
  });
});

describe('an address for the browser', () => {
  it('is https:, as it was written', () => {
    expect(outsideAddress('https://example.com/a?b#c')).toBe('https://example.com/a?b#c');
  });

  it.each([
    'http://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://host/share',
    'ms-settings:privacy',
    'https:',
    '--help',
    'not an address',
  ])('is not %s', (address) => {
    expect(outsideAddress(address)).toBeUndefined();
  });
});

describe('who speaks over IPC', () => {
  const frame = (url: string) => ({ url });
  const top = frame('relay://app/');

  it('is the interface in the top frame of its window', () => {
    expect(isInterface({ sender: { mainFrame: top }, senderFrame: top })).toBe(true);
  });

  it('is a stranger from anywhere else', () => {
    const inner = frame('relay://app/');
    const foreign = frame('https://example.com/');
    expect(isInterface({ sender: { mainFrame: top }, senderFrame: inner })).toBe(false);
    expect(isInterface({ sender: { mainFrame: foreign }, senderFrame: foreign })).toBe(false);
    expect(isInterface({ sender: { mainFrame: top }, senderFrame: null })).toBe(false);
  });
});
