import { type KeyboardEvent, useState } from 'react';
import type { SessionSummary } from '#shared/models.ts';
import { GrowingField } from '../../components/growing-field.tsx';
import { useActions, useView } from '../../state/context.ts';
import { sessionName } from '../../text/session-name.ts';
import { words } from '../../words.ts';

/** Where the owner writes: to the supervisor about this project, or straight to the session. */
export function Composer({ session }: { session: SessionSummary }) {
  const actions = useActions();
  const target = useView((state) => state.composerTarget);
  const draftKey = `composer ${session.id}`;
  const text = useView((state) => state.drafts[draftKey] ?? '');
  const [isSending, setSending] = useState(false);
  const name = sessionName(session);
  const isDirect = target === 'direct';

  const send = async () => {
    const said = text.trim();
    if (said === '' || isSending) return;
    setSending(true);
    actions.setDraft(draftKey, '');
    const isSent = isDirect
      ? await actions.send(session.id, said)
      : await actions.say(session.conversationId, said);
    setSending(false);
    if (!isSent) actions.setDraft(draftKey, text);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Escape') event.currentTarget.blur();
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <fieldset className="composer-target">
        <legend>{words.composer.to}</legend>
        <Target id="supervisor" name={words.composer.supervisor} />
        <Target id="direct" name={words.composer.directly(name)} />
        {isDirect && session.state === 'needs-owner' && (
          <span className="composer-note">{words.composer.heldNote}</span>
        )}
      </fieldset>
      <div className="composer-field">
        <GrowingField
          id="composer"
          value={text}
          label={words.composer.placeholder}
          placeholder={
            isDirect ? words.inbox.placeholder.direct(name) : words.composer.placeholderSupervisor
          }
          onChange={(value) => actions.setDraft(draftKey, value)}
          onKeyDown={onKeyDown}
        />
        <button type="submit" className="composer-send" disabled={text.trim() === ''}>
          {words.composer.send}
          <kbd>{words.composer.hint}</kbd>
        </button>
      </div>
    </form>
  );
}

function Target({ id, name }: { id: 'supervisor' | 'direct'; name: string }) {
  const actions = useActions();
  const target = useView((state) => state.composerTarget);
  return (
    <label className="radio">
      <input
        type="radio"
        name="composer-target"
        checked={target === id}
        onChange={() => actions.setComposerTarget(id)}
      />
      <span>{name}</span>
    </label>
  );
}
