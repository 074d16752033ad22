import { type Projectors, sessionOf } from './projector.ts';

export const sessionProjectors: Projectors = {
  'session.seen': (state, event) => {
    const session = sessionOf(state, event);
    session.title = event.payload.title ?? session.title;
    session.cwd = event.payload.cwd ?? session.cwd;
  },
  'session.moved': (state, event) => {
    sessionOf(state, event).conversationId = event.payload.conversationId;
  },
  'session.opened': (state, event) => {
    const session = sessionOf(state, event);
    session.presence = 'open';
    session.attended = event.payload.attended;
    session.claudePid = event.payload.claudePid;
    session.busy = false;
    session.failure = null;
  },
  'session.closed': (state, event) => {
    const session = sessionOf(state, event);
    session.presence = 'closed';
    session.busy = false;
    session.backgroundTasks = 0;
  },
  'session.failed': (state, event) => {
    const session = sessionOf(state, event);
    session.failure = event.payload.message || event.payload.error;
    session.busy = false;
  },
  'session.backgrounded': (state, event) => {
    const session = sessionOf(state, event);
    session.backgroundTasks = event.payload.tasks;
    session.busy = true;
  },
  'session.prompted': (state, event) => {
    const session = sessionOf(state, event);
    session.busy = true;
    session.failure = null;
    session.exchangesSinceOwner = 0;
    for (const dispatch of state.dispatches.values()) {
      if (dispatch.sessionId === session.id && dispatch.stage === 'written') {
        dispatch.withdrawDue = true;
      }
    }
  },
  'session.autonomy_set': (state, event) => {
    sessionOf(state, event).autonomy = event.payload.autonomy;
  },
  'session.muted': (state, event) => {
    sessionOf(state, event).muted = event.payload.muted;
  },
  'session.tool_policy_set': (state, event) => {
    const { tool, policy } = event.payload;
    const { toolPolicies } = sessionOf(state, event);
    if (policy) toolPolicies.set(tool, policy);
    else toolPolicies.delete(tool);
  },
  'session.release_queued': (state, event) => {
    sessionOf(state, event).releaseDue = true;
  },
  'session.release_written': (state, event) => {
    sessionOf(state, event).releaseDue = false;
  },
  'envelope.accepted': (state, event) => {
    const session = sessionOf(state, event);
    session.lastSeenAt = event.at;
    state.lastConversationId = session.conversationId;
    if (!event.exchangeId) return;
    session.busy = false;
    session.backgroundTasks = 0;
    session.failure = null;
    if (session.presence === 'closed') session.presence = 'unknown';
    session.exchangesSinceOwner += 1;
  },
};
