import type { NewEvent } from '#shared/events.ts';
import type { CommandOf } from '../command.ts';
import { type Decide, type Decision, decided, nothingToDo, refused } from './decision.ts';
import { answerItem, approveItem, dismissItem, say, sendDirect } from './items.ts';

const via = 'ntfy';

/**
 * What the owner did on the phone. The message is noted in any case, so that it is never taken twice:
 * an item that is settled meanwhile, or a button that is no longer good, changes nothing else.
 */
export const takePhoneWord: Decide<CommandOf<'takePhoneWord'>> = (state, command, given) => {
  const { messageId, sentAtSeconds, act } = command;
  const { phone } = state;
  const isOld =
    sentAtSeconds < phone.sentAtSeconds ||
    (sentAtSeconds === phone.sentAtSeconds && phone.messageIds.includes(messageId));
  if (isOld) return nothingToDo;
  const done = carryOut(state, act, given);
  const refusal = done.ok ? null : done.refusal.message;
  const taken: NewEvent = {
    type: 'phone_word.taken',
    payload: { messageId, sentAtSeconds, refusal },
  };
  return decided(taken, ...(done.ok ? done.events : []));
};

function carryOut(
  state: Parameters<Decide<unknown>>[0],
  act: CommandOf<'takePhoneWord'>['act'],
  given: Parameters<Decide<unknown>>[2],
): Decision {
  switch (act.kind) {
    case 'approve':
      return approveItem(state, { kind: 'approveItem', itemId: act.itemId, via }, given);
    case 'send': {
      const { itemId, text } = act;
      return approveItem(state, { kind: 'approveItem', itemId, text, via }, given);
    }
    case 'dismiss':
      return dismissItem(state, { kind: 'dismissItem', itemId: act.itemId, via }, given);
    case 'answer': {
      const { itemId, text } = act;
      const command = { kind: 'answerItem', itemId, text, direct: false, via } as const;
      return answerItem(state, command, given);
    }
    case 'word': {
      const { sessionId, text } = act;
      return sessionId
        ? sendDirect(state, { kind: 'sendDirect', sessionId, text, via }, given)
        : say(state, { kind: 'say', text, conversationId: null, via }, given);
    }
    case 'refused':
      return refused('conflict', act.why);
  }
}
