import type { NewEvent } from '#shared/events.ts';
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

/**
 * Where events are lost, what is known of open exchanges and replies may be out of date: nothing is
 * called or sent until the owner has looked.
 */
export const recordRestore: Decide<CommandOf<'recordRestore'>> = (state, command) => {
  const { kind: _kind, ...payload } = command;
  const { lost, endKnown } = payload;
  const restored: NewEvent = { type: 'store.restored', payload };
  if (lost.length === 0 && endKnown) return decided(restored);
  const ranges = lost.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`));
  const item = newItem(
    state,
    {},
    {
      ...{ kind: 'fault', code: 'restored' },
      summary: `The database was restored, and ${lostWords(command)} lost. Relay is paused: look at what is open, since a reply may have been sent before, then resume.`,
      proposal: 'I have looked.',
      reasoning: ranges.length === 0 ? '' : `Events ${ranges.join(', ')}.`,
    },
  );
  const pause: NewEvent[] = state.paused ? [] : [{ type: 'relay.paused', payload: { via: 'cli' } }];
  return decided(restored, ...pause, item);
};

function lostWords({ lost, endKnown }: CommandOf<'recordRestore'>): string {
  const count = lost.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  if (count === 0) return 'what happened last may be';
  return `${count === 1 ? 'one event is' : `${count} events are`}${endKnown ? '' : ', and more may be,'}`;
}
