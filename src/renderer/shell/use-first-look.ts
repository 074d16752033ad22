import { useEffect, useRef } from 'react';
import { useInterface, useRelay } from '../state/context.ts';
import { findSession, openItems, sessionsOf } from '../state/selectors.ts';
import { isFirstRunDone } from '../state/view-store.ts';

/** What is shown at first: the first steps in a new home, else what waits, else the latest. */
export function useFirstLook(): void {
  const { relay, view, actions } = useInterface();
  const hasSnapshot = useRelay((state) => state.snapshot !== null);
  const latestId = useRelay((state) => sessionsOf(state)[0]?.id);
  const hasLooked = useRef(false);
  useEffect(() => {
    if (!hasSnapshot) return;
    if (hasLooked.current) {
      // The first session of a new home is what there is to look at.
      if (latestId && view.getState().sessionId === null) view.setState({ sessionId: latestId });
      return;
    }
    hasLooked.current = true;
    const state = relay.getState();
    const sessions = sessionsOf(state);
    if (sessions.length === 0) {
      view.setState({ column: 'sessions' });
      if (!isFirstRunDone()) actions.showFirstRun();
      return;
    }
    const item = openItems(state)[0];
    if (item) actions.selectItem(item.id);
    const { sessionId } = view.getState();
    if (findSession(state, sessionId)) return;
    const latest = sessions[0];
    if (latest) view.setState({ sessionId: latest.id });
  }, [hasSnapshot, latestId, relay, view, actions]);
}
