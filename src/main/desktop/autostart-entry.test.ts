import { expect, it } from 'vitest';
import { autostartEntry } from './autostart-entry.ts';

const execOf = (program: string, args: string[] = [], variables = {}) =>
  /^Exec=(.*)$/m.exec(autostartEntry({ program, args, variables }))?.[1];

it('starts the program without its window', () => {
  expect(execOf('/opt/Relay/relay', ['--hidden'])).toBe('/opt/Relay/relay --hidden');
});

it('quotes what a desktop would read otherwise', () => {
  expect(execOf('/home/jc/My Apps/Relay', ['100%'])).toBe('"/home/jc/My Apps/Relay" 100%%');
  // Quoted once for the argument and escaped once more for the file.
  expect(execOf('/a"b$c', [])).toBe('"/a\\\\"b\\\\$c"');
});

it('passes on where the home is', () => {
  expect(execOf('/r', [], { RELAY_HOME: '/data/relay home' })).toBe(
    'env "RELAY_HOME=/data/relay home" /r',
  );
});
