import { Pencil, PinOff } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { ConversationId } from '#shared/ids.ts';
import type { Fact } from '#shared/models.ts';
import { Age } from '../../components/age.tsx';
import { Button } from '../../components/button.tsx';
import { useActions } from '../../state/context.ts';
import { harmless } from '../../text/harmless.ts';
import { words } from '../../words.ts';
import { Part } from './part.tsx';

interface Props {
  conversationId: ConversationId;
  facts: readonly Fact[];
  onChange: () => Promise<void>;
}

/** What the supervisor is told with every call in the conversation; each can be edited and unpinned. */
export function FactsPart({ conversationId, facts, onChange }: Props) {
  const actions = useActions();
  const [text, setText] = useState('');
  const pin = async (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === '') return;
    if (!(await actions.call('facts.pin', { conversationId, text }))) return;
    setText('');
    await onChange();
  };
  const { title, body, none, add, placeholder, field } = words.details.facts;
  return (
    <Part title={title} body={body} aside={facts.length > 0 && facts.length}>
      {facts.length === 0 && <p>{none}</p>}
      <ul className="facts-list">
        {facts.map((fact) => (
          <FactRow key={fact.id} fact={fact} onChange={onChange} />
        ))}
      </ul>
      <form className="details-line" onSubmit={(event) => void pin(event)}>
        <input
          className="field grow"
          aria-label={field}
          placeholder={placeholder}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" disabled={text.trim() === ''}>
          {add}
        </Button>
      </form>
    </Part>
  );
}

function FactRow({ fact, onChange }: { fact: Fact; onChange: () => Promise<void> }) {
  const actions = useActions();
  const [draft, setDraft] = useState<string | null>(null);
  const { edit, editField, unpin, unpinned, pinnedBy, editedBy } = words.details.facts;
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const text = draft?.trim() ?? '';
    if (text === '') return;
    const isDone =
      text === fact.text || (await actions.call('facts.edit', { factId: fact.id, text }));
    if (!isDone) return;
    setDraft(null);
    await onChange();
  };
  const takeOut = async () => {
    if (!(await actions.call('facts.unpin', { factId: fact.id }))) return;
    actions.toast('done', unpinned);
    await onChange();
  };
  if (draft !== null) {
    return (
      <li>
        <form className="details-line" onSubmit={(event) => void save(event)}>
          <input
            // biome-ignore lint/a11y/noAutofocus: the owner has just asked to edit it.
            autoFocus
            className="field grow"
            aria-label={editField}
            value={draft}
            onChange={(event) => setDraft(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return;
              event.preventDefault();
              setDraft(null);
            }}
          />
          <Button type="submit" look="main" disabled={draft.trim() === ''}>
            {words.details.save}
          </Button>
          <Button look="quiet" onClick={() => setDraft(null)}>
            {words.cancel}
          </Button>
        </form>
      </li>
    );
  }
  const who = words.details.by[fact.by];
  return (
    <li className="fact">
      <p className="fact-text" dir="auto">
        {harmless(fact.text)}
        <span className="details-aside">
          {fact.editedAt === null ? pinnedBy(who) : editedBy(who)}{' '}
          <Age at={fact.editedAt ?? fact.pinnedAt} />
        </span>
      </p>
      <button
        type="button"
        className="icon-button"
        title={edit}
        aria-label={edit}
        onClick={() => setDraft(fact.text)}
      >
        <Pencil size={13} aria-hidden="true" />
      </button>
      <button
        type="button"
        className="icon-button"
        title={unpin}
        aria-label={unpin}
        onClick={() => void takeOut()}
      >
        <PinOff size={13} aria-hidden="true" />
      </button>
    </li>
  );
}
