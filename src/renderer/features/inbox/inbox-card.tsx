import { memo, useEffect, useRef } from 'react';
import type { InboxItem } from '#shared/models.ts';
import { useNow } from '../../components/clock.ts';
import { Folded } from '../../components/folded.tsx';
import { useActions, useRelay, useView } from '../../state/context.ts';
import { isQuestion } from '../../state/item-actions.ts';
import { findSession } from '../../state/selectors.ts';
import { harmlessLine } from '../../text/harmless.ts';
import { sessionName } from '../../text/session-name.ts';
import { age, exactTime } from '../../text/time.ts';
import { words } from '../../words.ts';
import { CardButtons } from './card-buttons.tsx';
import { CardEditor } from './card-editor.tsx';

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
  const { kind, summary } = item;
  const question = isSelected ? questionOf(item) : harmlessLine(summary);
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
        {question}
      </p>
      {isSelected && (
        <>
          <Use item={item} />
          {editor?.mode !== 'edit' && <Proposal item={item} />}
          <Reasoning item={item} />
          {editor ? (
            <CardEditor item={item} mode={editor.mode} who={who} />
          ) : (
            <CardButtons item={item} />
          )}
        </>
      )}
    </article>
  );
});

/** The command stands below as it is, so the question need not repeat it. */
function questionOf({ kind, summary, use }: InboxItem): string {
  return kind === 'permission' && use
    ? words.inbox.asksUse(harmlessLine(use.tool))
    : harmlessLine(summary);
}

/** What exactly would be done; nothing of it is taken for formatting. */
function Use({ item: { use } }: { item: InboxItem }) {
  if (!use) return null;
  return (
    <div className="card-part card-use">
      <h3>{words.inbox.wouldRun}</h3>
      <Folded plain="exact" text={use.text} />
      {use.remark !== '' && (
        <p className="card-remark" dir="auto">
          {words.inbox.remark(harmlessLine(use.remark))}
        </p>
      )}
    </div>
  );
}

function Proposal({ item: { kind, proposal, use } }: { item: InboxItem }) {
  if (proposal === '' || use) return null;
  return (
    <div className="card-part">
      <h3>{kind === 'draft' ? words.inbox.draftReply : words.inbox.proposal}</h3>
      <Folded text={proposal} />
    </div>
  );
}

/** Why, folded; but open where it is what there is to judge. */
function Reasoning({ item }: { item: InboxItem }) {
  const { kind, reasoning, use } = item;
  // Of a permission it repeats the whole of what would be done.
  if (reasoning === '' || (kind === 'permission' && use)) return null;
  const name = kind !== 'permission' ? words.inbox.reasoning : permissionPart(item);
  return (
    <details className="card-part card-reasoning" open={kind === 'permission' || kind === 'tool'}>
      <summary>{name}</summary>
      <Folded text={reasoning} />
    </details>
  );
}

const permissionPart = (item: InboxItem): string =>
  isQuestion(item) ? words.inbox.choices : words.inbox.plan;

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
