import { ItemId } from '#shared/ids.ts';
import type { PhoneAct } from '../engine/command.ts';
import { ownerWord } from '../intake/owner-input.ts';
import type { ButtonAct, PhoneCodes } from './phone-codes.ts';

const buttonWord = /^relay:(approve|dismiss):(i\d{1,15}):([\w-]{1,64})$/;
const sendWord = /^send\s+(i\d{1,15})\s*:\s*([\s\S]+)$/i;
const itemWord = /^(i\d{1,15})\s*:\s*([\s\S]+)$/i;

/** What a button writes; it names no session and no secret but its own. */
export function buttonBody(act: ButtonAct, itemId: ItemId, codes: PhoneCodes): string {
  return `relay:${act}:${itemId}:${codes.codeFor(act, itemId)}`;
}

/**
 * A message on the reply topic: a button's, `i12: text` for an item, `send i12: text` for what is sent
 * instead of a draft, `@session: text` for a session, or a word for the supervisor, which answers the oldest open escalation.
 */
export function readPhoneWord(message: string, codes: PhoneCodes): PhoneAct | undefined {
  const text = message.trim();
  if (text === '') return undefined;
  const button = buttonWord.exec(text);
  if (button) {
    const [, act = '', id, code = ''] = button;
    const itemId = ItemId.parse(id);
    // The pattern has these two.
    const kind = act as ButtonAct;
    if (codes.isGood(kind, itemId, code)) return { kind, itemId };
    return { kind: 'refused', why: `A button for ${itemId} had a code that is not Relay's.` };
  }
  // Never a word to a session or the supervisor: it was meant as a button.
  if (text.startsWith('relay:')) return { kind: 'refused', why: 'A button could not be read.' };
  const [, draft, edited] = sendWord.exec(text) ?? [];
  const draftId = ItemId.safeParse(draft?.toLowerCase());
  if (draftId.success && edited) {
    return { kind: 'send', itemId: draftId.data, text: edited.trim() };
  }
  const [, id, words] = itemWord.exec(text) ?? [];
  const itemId = ItemId.safeParse(id?.toLowerCase());
  if (itemId.success && words) return { kind: 'answer', itemId: itemId.data, text: words.trim() };
  return { kind: 'word', ...ownerWord(text) };
}
