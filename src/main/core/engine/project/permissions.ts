import type { HowSettled, RelayEvent } from '#shared/events.ts';
import type { RelayState } from '../state.ts';
import { type Projectors, sessionOf } from './projector.ts';

export const permissionProjectors: Projectors = {
  'permission.asked': askPermission,
  'permission.closed': (state, event) => {
    state.permissions.delete(event.payload.request);
  },
};

function askPermission(state: RelayState, event: RelayEvent<'permission.asked'>): void {
  const { input: _, ...payload } = event.payload;
  const { id: sessionId } = sessionOf(state, event);
  const answer = payload.itemId === null ? ({ decision: 'none', text: '' } as const) : null;
  const { seq, at: askedAt } = event;
  state.permissions.set(payload.request, { ...payload, sessionId, seq, askedAt, answer });
}

const decisionOf = {
  approved: 'allow',
  dismissed: 'deny',
  answered: 'answer',
  direct: 'answer',
  mended: 'none',
  withdrawn: 'none',
} as const satisfies Record<HowSettled, string>;

/** The owner has settled the item of a permission request. */
export function answerPermission(state: RelayState, { payload }: RelayEvent<'item.settled'>): void {
  for (const permission of state.permissions.values()) {
    if (permission.itemId !== payload.itemId) continue;
    permission.answer ??= { decision: decisionOf[payload.how], text: payload.text };
  }
}
