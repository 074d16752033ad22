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
export function itemActions({
  kind,
  sessionId,
  proposal,
  conversationId,
}: InboxItem): ItemChoice[] {
  const { does } = words.inbox;
  const choice = (action: ItemAction, name: string, hint: string): ItemChoice => ({
    ...{ action, name, hint },
    key: keyOf[action],
  });
  const approve = {
    escalation: choice(
      'approve',
      proposal === '' ? words.inbox.goOn : words.inbox.approve,
      proposal === '' ? does.goOn : does.approve,
    ),
    draft: choice('approve', words.inbox.send, does.send),
    tool: choice('approve', words.inbox.allow, does.approve),
    permission: choice('approve', words.inbox.allow, does.approve),
    fault: choice('approve', words.inbox.again, does.again),
  }[kind];
  const hasText = sessionId !== null && kind !== 'fault';
  const isDenied = kind === 'permission' || kind === 'tool';
  return [
    approve,
    ...(hasText && proposal !== '' ? [choice('edit', words.inbox.edit, does.edit)] : []),
    ...(conversationId !== null && sessionId !== null
      ? [choice('answer', words.inbox.answer, does.answer)]
      : []),
    ...(hasText ? [choice('direct', words.inbox.direct, does.direct)] : []),
    choice('dismiss', isDenied ? words.inbox.deny : words.inbox.dismiss, does.dismiss),
  ];
}

const keyOf: Record<ItemAction, string> = {
  approve: 'A',
  edit: 'E',
  answer: 'R',
  direct: 'D',
  dismiss: 'X',
};
