import { expect, it, vi } from 'vitest';
import { createMailSlot } from './mail-slot.ts';

it('keeps what came before anybody listened for the first listener, once', () => {
  const slot = createMailSlot<string>();
  slot.put('i1');
  slot.put('i2');
  const [first, second] = [vi.fn(), vi.fn()];
  const stop = slot.listen(first);
  slot.listen(second);
  expect(first.mock.calls).toEqual([['i2']]);
  slot.put('i3');
  stop();
  slot.put('i4');
  expect(first.mock.calls).toEqual([['i2'], ['i3']]);
  expect(second.mock.calls).toEqual([['i3'], ['i4']]);
});
