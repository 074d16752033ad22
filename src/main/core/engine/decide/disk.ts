import type { CommandOf } from '../command.ts';
import { type Decide, decided, nothingToDo } from './decision.ts';
import { newItem, settled } from './item-events.ts';

/** One item for whatever is wrong with the disk; it settles itself when nothing is any more. */
export const reportDisk: Decide<CommandOf<'reportDisk'>> = (state, { problem }) => {
  const item = [...state.items.values()].find(({ code }) => code === 'disk');
  if (problem === null) {
    return item ? decided(settled(item, 'mended', null, '')) : nothingToDo;
  }
  if (!item) {
    const details = { kind: 'fault', code: 'disk', summary: problem } as const;
    return decided(newItem(state, {}, { ...details, proposal: 'It is mended; look again.' }));
  }
  if (item.summary === problem) return nothingToDo;
  const payload = { itemId: item.id, code: item.code, summary: problem, retryAt: null };
  return decided({ type: 'item.updated', payload });
};
