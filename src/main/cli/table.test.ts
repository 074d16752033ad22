import { expect, test } from 'vitest';
import { facts, table } from './table.ts';

test('columns line up, numbers to the right, no trailing blanks', () => {
  const text = table(
    [{ heading: 'session' }, { heading: 'cost', align: 'right' }, { heading: 'state' }],
    [
      ['api-server', '$0.42', 'idle'],
      ['p', '$12.00', ''],
    ],
  );
  expect(text).toBe(
    'session       cost  state\n' + 'api-server   $0.42  idle\n' + 'p           $12.00\n',
  );
});

test('facts line up', () => {
  expect(
    facts([
      ['state', 'idle'],
      ['a', 'b'],
    ]),
  ).toBe('state  idle\na      b\n');
});
