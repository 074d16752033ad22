import type { ExchangeState, RelayState, SessionState } from '../engine/state.ts';
import { projectRootOf } from '../intake/project-root.ts';
import type { ToolPlace } from './tool.ts';

type Asking = Pick<ExchangeState, 'sessionId' | 'conversationId'>;

/**
 * Where the tools of an exchange act: in the folder of the session that spoke. A word of the owner's
 * own has no session; it gets the folder of the one that spoke last in its conversation, so that the
 * list of tools (and with it the prompt cache) is the same for all of a conversation.
 */
export function placeOf(state: RelayState, exchange: Asking): ToolPlace | null {
  const session = exchange.sessionId
    ? state.sessions.get(exchange.sessionId)
    : lastWithFolder(state, exchange);
  const root = projectRootOf(session?.cwd ?? null);
  return session?.cwd && root ? { sessionId: session.id, cwd: session.cwd, root } : null;
}

function lastWithFolder(state: RelayState, { conversationId }: Asking): SessionState | undefined {
  return [...state.sessions.values()]
    .filter((session) => session.cwd !== null && session.conversationId === conversationId)
    .sort((a, b) => a.lastSeenAt - b.lastSeenAt)
    .at(-1);
}
