import type { InboxItem } from '#shared/models.ts';
import { words } from '../words.ts';

export type ItemAction = 'approve' | 'edit' | 'answer' | 'direct' | 'dismiss';

export interface ItemChoice {
  action: ItemAction;
  name: string;
  /** What happens. */
  hint: string;
  key: string;
}

/** What can be done with an inbox item, the most likely first. */
export function itemActions(item: InboxItem): ItemChoice[] {
  const { kind, sessionId, proposal, conversationId } = item;
  const { does, edit, answer, direct, deny, dismiss } = words.inbox;
  const hasSession = sessionId !== null;
  const approve = approval(item);
  switch (kind) {
    case 'escalation':
    case 'draft':
      return [
        approve,
        ...(hasSession && proposal !== '' ? [choice('edit', edit, does.edit)] : []),
        ...(conversationId === null ? [] : [choice('answer', answer, does.answer)]),
        ...(hasSession ? [choice('direct', direct, does.direct)] : []),
        choice('dismiss', dismiss, does.dismiss),
      ];
    case 'tool':
      return [
        approve,
        choice('answer', answer, does.answer),
        choice('dismiss', deny, does.denyTool),
      ];
    case 'permission':
      return [
        approve,
        choice('answer', answer, does.answerPermission),
        choice('dismiss', deny, does.denyPermission),
      ];
    case 'fault':
      return [
        approve,
        ...(hasSession ? [choice('direct', direct, does.direct)] : []),
        choice('dismiss', dismiss, does.dismiss),
      ];
  }
}

function approval({ kind, proposal }: InboxItem): ItemChoice {
  const { does, approve, goOn, send, allow, again } = words.inbox;
  switch (kind) {
    case 'escalation':
      return proposal === ''
        ? choice('approve', goOn, does.goOn)
        : choice('approve', approve, does.approve);
    case 'draft':
      return choice('approve', send, does.send);
    case 'tool':
      return choice('approve', allow, does.allowTool);
    case 'permission':
      return choice('approve', allow, does.allowPermission);
    case 'fault':
      return choice('approve', again, does.again);
  }
}

function choice(action: ItemAction, name: string, hint: string): ItemChoice {
  return { action, name, hint, key: keyOf[action] };
}

const keyOf: Record<ItemAction, string> = {
  approve: 'A',
  edit: 'E',
  answer: 'R',
  direct: 'D',
  dismiss: 'X',
};
