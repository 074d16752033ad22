import type { KeyboardEvent } from 'react';
import type { InboxItem } from '#shared/models.ts';
import { Button } from '../../components/button.tsx';
import { GrowingField } from '../../components/growing-field.tsx';
import { useActions, useView } from '../../state/context.ts';
import { itemActions } from '../../state/item-actions.ts';
import type { ItemEditor } from '../../state/view-store.ts';
import { words } from '../../words.ts';

interface Props {
  item: InboxItem;
  mode: ItemEditor['mode'];
  who: string;
}

/** The owner's words to an item, and what becomes of them when they are sent. */
export function CardEditor({ item, mode, who }: Props) {
  const actions = useActions();
  const text = useView((state) => state.drafts[item.id] ?? '');
  const { sendHint, send, cancel } = words.inbox;
  const choice = itemActions(item).find(({ action }) => action === mode);
  const submit = () => {
    const written = text.trim();
    if (written === '') return;
    // An edited draft is still the supervisor's reply: approved, and not the owner's own word.
    if (mode === 'edit' && item.kind === 'draft') void actions.approve(item.id, written);
    else void actions.answer(item.id, written, mode !== 'answer');
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
        label={fieldName(item, mode, who)}
        placeholder={fieldName(item, mode, who)}
        onChange={(value) => actions.setDraft(item.id, value)}
        onKeyDown={onKeyDown}
      />
      <p className="card-hint">
        {choice?.hint} {sendHint}
      </p>
      <div className="card-buttons">
        <Button look="main" type="submit" disabled={text.trim() === ''} hotkey="↵">
          {item.kind === 'tool' || mode === 'answer' ? (choice?.name ?? send) : send}
        </Button>
        <Button look="quiet" onClick={actions.closeEditor} hotkey="Esc">
          {cancel}
        </Button>
      </div>
    </form>
  );
}

function fieldName({ kind }: InboxItem, mode: ItemEditor['mode'], who: string): string {
  const { placeholder } = words.inbox;
  if (mode === 'direct') return placeholder.direct(who);
  return mode === 'answer' && kind === 'permission'
    ? placeholder.answerPermission
    : placeholder[mode];
}
