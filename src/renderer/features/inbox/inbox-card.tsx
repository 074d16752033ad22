import { type KeyboardEvent, memo, useEffect, useRef } from 'react';
import type { InboxItem } from '#shared/models.ts';
import { Button } from '../../components/button.tsx';
import { useNow } from '../../components/clock.ts';
import { Folded } from '../../components/folded.tsx';
import { GrowingField } from '../../components/growing-field.tsx';
import { useActions, useRelay, useView } from '../../state/context.ts';
import { type ItemAction, itemActions } from '../../state/item-actions.ts';
import { findSession } from '../../state/selectors.ts';
import { harmlessLine } from '../../text/harmless.ts';
import { sessionName } from '../../text/session-name.ts';
import { age, exactTime } from '../../text/time.ts';
import { words } from '../../words.ts';

/** One thing that waits for the owner: what is asked, by whom, what is proposed, what can be done. */
export const InboxCard = memo(function InboxCard({
  item,
  isSelected,
}: {
  item: InboxItem;
  isSelected: boolean;
}) {
  const card = useRef<HTMLElement>(null);
  const actions = useActions();
  const editor = useView((state) => (state.editor?.itemId === item.id ? state.editor : null));
  const who = useItemName(item);
  useEffect(() => {
    if (isSelected) card.current?.scrollIntoView({ block: 'nearest' });
  }, [isSelected]);
  const { kind, summary, proposal, reasoning } = item;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: J and K select, and so does every control inside.
    <article
      ref={card}
      className={`card ${isSelected ? 'is-selected' : ''}`}
      aria-label={`${who}: ${harmlessLine(summary)}`}
      aria-current={isSelected}
      onClick={() => {
        if (!isSelected) actions.selectItem(item.id);
      }}
    >
      <header className="card-head">
        <span className="card-who">{who}</span>
        <span className="card-kind">{words.item.kind[kind]}</span>
        <Waited at={item.openedAt} />
      </header>
      <p className="card-question" dir="auto">
        {harmlessLine(summary)}
      </p>
      {isSelected && (
        <>
          {proposal !== '' && editor?.mode !== 'edit' && (
            <div className="card-part">
              <h3>{kind === 'draft' ? words.inbox.draftReply : words.inbox.proposal}</h3>
              <Folded text={proposal} />
            </div>
          )}
          {reasoning !== '' && (
            <details className="card-part card-reasoning">
              <summary>{words.inbox.reasoning}</summary>
              <Folded text={reasoning} />
            </details>
          )}
          {editor ? <Editor item={item} mode={editor.mode} who={who} /> : <Buttons item={item} />}
        </>
      )}
    </article>
  );
});

function useItemName({ sessionId, title }: InboxItem): string {
  const session = useRelay((state) => findSession(state, sessionId));
  if (session) return sessionName(session);
  return harmlessLine(title ?? '') || sessionId || words.name;
}

function Waited({ at }: { at: number }) {
  const now = useNow();
  return (
    <time className="age" dateTime={new Date(at).toISOString()} title={exactTime(at)}>
      {words.inbox.waited(age(at, now))}
    </time>
  );
}

function Buttons({ item }: { item: InboxItem }) {
  const actions = useActions();
  const does: Record<ItemAction, () => void> = {
    approve: () => void actions.approve(item.id),
    edit: () => actions.edit('edit', item),
    answer: () => actions.edit('answer', item),
    direct: () => actions.edit('direct', item),
    dismiss: () => void actions.dismiss(item.id),
  };
  return (
    <div className="card-buttons">
      {itemActions(item).map(({ action, name, hint, key }, index) => (
        <Button
          key={action}
          look={index === 0 ? 'main' : action === 'dismiss' ? 'quiet' : 'plain'}
          hotkey={key}
          title={hint}
          onClick={does[action]}
        >
          {name}
        </Button>
      ))}
    </div>
  );
}

interface EditorProps {
  item: InboxItem;
  mode: 'answer' | 'direct' | 'edit';
  who: string;
}

function Editor({ item, mode, who }: EditorProps) {
  const actions = useActions();
  const text = useView((state) => state.drafts[item.id] ?? '');
  const { placeholder, does, sendHint, send, cancel } = words.inbox;
  const submit = () => {
    if (text.trim() === '') return;
    void actions.answer(item.id, text.trim(), mode !== 'answer');
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      actions.closeEditor();
    }
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };
  return (
    <form
      className="card-editor"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <GrowingField
        isActive
        value={text}
        label={mode === 'direct' ? placeholder.direct(who) : placeholder[mode]}
        placeholder={mode === 'direct' ? placeholder.direct(who) : placeholder[mode]}
        onChange={(value) => actions.setDraft(item.id, value)}
        onKeyDown={onKeyDown}
      />
      <p className="card-hint" title={sendHint}>
        {does[mode]}
      </p>
      <div className="card-buttons">
        <Button look="main" type="submit" disabled={text.trim() === ''} hotkey="↵">
          {send}
        </Button>
        <Button look="quiet" onClick={actions.closeEditor} hotkey="Esc">
          {cancel}
        </Button>
      </div>
    </form>
  );
}
