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
  const { does, edit, answer, direct, deny, denyWith, dismiss, throwAway } = words.inbox;
  const hasSession = sessionId !== null;
  const approve = approval(item);
  switch (kind) {
    case 'escalation':
      return [
        approve,
        ...(hasSession && proposal !== '' ? [choice('edit', edit, does.edit)] : []),
        ...(conversationId === null ? [] : [choice('answer', answer, does.answer)]),
        ...(hasSession ? [choice('direct', direct, does.direct)] : []),
        choice('dismiss', dismiss, does.dismiss),
      ];
    case 'draft':
      return [
        approve,
        choice('edit', edit, does.editDraft),
        choice('answer', answer, does.answerDraft),
        choice('dismiss', throwAway, does.throwAway),
      ];
    case 'tool':
      return [
        approve,
        choice('dismiss', deny, does.denyTool),
        choice('answer', denyWith, does.denyToolWith),
      ];
    case 'permission':
      return isQuestion(item)
        ? [
            approve,
            choice('answer', answer, does.answerQuestion),
            choice('dismiss', deny, does.denyQuestion),
          ]
        : [
            approve,
            choice('dismiss', deny, does.denyPermission),
            choice('answer', denyWith, does.denyPermissionWith),
          ];
    case 'fault':
      return [
        approve,
        ...(hasSession ? [choice('direct', direct, does.direct)] : []),
        choice('dismiss', dismiss, does.dismiss),
      ];
  }
}

/** Claude Code's own question with answers to choose from; the other permissions are to do something. */
export const isQuestion = ({ kind, use, proposal }: InboxItem): boolean =>
  kind === 'permission' && !use && proposal !== '';

function approval(item: InboxItem): ItemChoice {
  const { kind, proposal, use } = item;
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
      if (isQuestion(item)) return choice('approve', approve, does.takeProposal);
      return choice('approve', allow, use ? does.allowPermission : does.allowPlan);
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
