import { useState } from 'react';
import { ConversationId } from '#shared/ids.ts';
import type { SessionSummary } from '#shared/models.ts';
import { Button } from '../../components/button.tsx';
import { useActions, useRelay } from '../../state/context.ts';
import { sessionsOf } from '../../state/selectors.ts';
import {
  conversationName,
  conversationsFor,
  isOwnConversation,
} from '../../text/conversation-name.ts';
import { harmlessLine } from '../../text/harmless.ts';
import { sessionName } from '../../text/session-name.ts';
import { words } from '../../words.ts';
import { Part } from './part.tsx';

const mostNamed = 6;

/** The conversation it belongs to, who shares it, and the way into another one. */
export function ConversationPart({ session }: { session: SessionSummary }) {
  const { id, conversationId } = session;
  const actions = useActions();
  const sessions = useRelay(sessionsOf);
  const [chosen, setChosen] = useState<ConversationId | null>(null);
  const others = sessions.filter(
    (one) => one.conversationId === conversationId && one.id !== session.id,
  );
  const text = words.details.conversation;
  const isWhereItIs = (other: ConversationId) =>
    other === conversationId ||
    (isOwnConversation(other, id) && isOwnConversation(conversationId, id));
  const move = () => {
    if (chosen === null) return;
    void actions.moveSession(id, chosen);
    setChosen(null);
  };
  return (
    <Part title={text.title}>
      <p className="details-line">
        <strong title={harmlessLine(conversationId)}>{conversationName(conversationId, id)}</strong>
        {others.length === 0 ? (
          <span className="quiet">{text.alone}</span>
        ) : (
          <span className="quiet">
            {text.sharedWith}{' '}
            {others
              .slice(0, mostNamed)
              .map((one) => sessionName(one))
              .join(', ')}{' '}
            {others.length > mostNamed && text.more(others.length - mostNamed)}
          </span>
        )}
      </p>
      <form
        className="details-line"
        onSubmit={(event) => {
          event.preventDefault();
          move();
        }}
      >
        <select
          className="field"
          aria-label={text.move}
          value={chosen ?? ''}
          onChange={({ target }) =>
            setChosen(target.value === '' ? null : ConversationId.parse(target.value))
          }
        >
          <option value="">{text.choose}</option>
          {conversationsFor(id, sessions)
            .filter((one) => !isWhereItIs(one))
            .map((one) => (
              <option key={one} value={one}>
                {isOwnConversation(one, id) ? text.own : conversationName(one, id)}
              </option>
            ))}
        </select>
        <Button type="submit" disabled={chosen === null}>
          {text.move}
        </Button>
      </form>
      {chosen !== null && <p className="details-about">{text.moveNote}</p>}
    </Part>
  );
}
