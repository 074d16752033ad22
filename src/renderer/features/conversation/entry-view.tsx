import { deepEqual } from 'fast-equals';
import { ChevronRight, Copy, Receipt } from 'lucide-react';
import { memo, type ReactNode, useState } from 'react';
import { formatUsd } from '#shared/format.ts';
import { ClockTime } from '../../components/age.tsx';
import { Folded } from '../../components/folded.tsx';
import { useActions, useRelay } from '../../state/context.ts';
import { harmlessLine } from '../../text/harmless.ts';

import { clockTime, exactClockTime, span } from '../../text/time.ts';
import { words } from '../../words.ts';
import { Calling } from './calling.tsx';
import type { Delivery, Entry, Note } from './entries.ts';
import { Tools } from './tools.tsx';

interface Props {
  entry: Entry;
}

/**
 * One entry of a conversation, by its kind. Entries are made anew from all events whenever one comes in;
 * those that say the same are not drawn again.
 */
export const EntryView = memo(View, (before, now) => deepEqual(before.entry, now.entry));

function View({ entry }: Props) {
  switch (entry.kind) {
    case 'said':
      return (
        <Letter entry={entry} who={words.conversation.session} side="session" text={entry.text}>
          <Folded text={entry.text} />
        </Letter>
      );
    case 'owner':
      return <OwnerLetter entry={entry} />;
    case 'answer':
      return <AnswerLetter entry={entry} />;
    case 'tools':
      return <Tools said={entry.said} calls={entry.calls} />;
    case 'summary':
      return <Summary entry={entry} />;
    case 'asked':
      return <Asked entry={entry} />;
    case 'note':
      return <NoteLine at={entry.at} note={entry.note} />;
    case 'calling':
      return <Calling entry={entry} />;
  }
}

interface LetterProps {
  entry: Entry;
  who: string;
  side: 'session' | 'supervisor' | 'owner';
  /** More about how it came to be. */
  facts?: ReactNode;
  /** What the copy button takes. */
  text: string;
  children: ReactNode;
}

/** Something said: a line with time, author and facts, then the words. */
function Letter({ entry, who, side, facts, text, children }: LetterProps) {
  const actions = useActions();
  const { exchangeId } = entry;
  return (
    <article className={`letter letter-${side}`}>
      <header className="letter-head">
        <ClockTime at={entry.at} />
        <span className="letter-who">{who}</span>
        {facts}
        <span className="letter-tools">
          <button
            type="button"
            className="icon-button"
            title={words.conversation.copyText}
            aria-label={words.conversation.copyText}
            onClick={() => actions.copy(text)}
          >
            <Copy size={13} aria-hidden="true" />
          </button>
          {exchangeId !== null && (
            <button
              type="button"
              className="icon-button"
              title={words.conversation.receipt}
              aria-label={words.conversation.receipt}
              onClick={() => actions.showReceipt(exchangeId)}
            >
              <Receipt size={13} aria-hidden="true" />
            </button>
          )}
        </span>
      </header>
      {children}
    </article>
  );
}

function OwnerLetter({ entry }: { entry: Extract<Entry, { kind: 'owner' }> }) {
  const { text, via, delivery, isEdit } = entry;
  const { ownerTo, owner } = words.conversation;
  const to = isEdit ? ownerTo.draft : delivery ? ownerTo.session : ownerTo.supervisor;
  const facts = (
    <span className="letter-fact">
      {via === 'terminal' ? words.via.terminal : to}
      {via !== null && via !== 'inbox' && via !== 'terminal' && `, ${words.via[via]}`}
    </span>
  );
  return (
    <Letter entry={entry} who={owner} side="owner" facts={facts} text={text}>
      <Folded text={text} />
      {delivery && <DeliveryLine delivery={delivery} />}
    </Letter>
  );
}

function AnswerLetter({ entry }: { entry: Extract<Entry, { kind: 'answer' }> }) {
  const { verdict, isDraft, text, proposal, reasoning, delivery } = entry;
  const { model, durationMs, costUsd, isEstimate } = entry;
  const { supervisor, asksYou, finished, draft } = words.conversation;
  const facts = (
    <>
      {verdict === 'escalate' && <span className="letter-verdict">{asksYou}</span>}
      {verdict === 'finish' && <span className="letter-verdict">{finished}</span>}
      {isDraft && <span className="letter-verdict">{draft}</span>}
      {model !== null && <span className="letter-fact">{shortModel(model)}</span>}
      {durationMs !== null && <span className="letter-fact">{span(durationMs)}</span>}
      {costUsd !== null && (
        <span className="letter-fact">
          {isEstimate ? words.receipt.estimated(formatUsd(costUsd)) : formatUsd(costUsd)}
        </span>
      )}
    </>
  );
  const all = [text, proposal, reasoning].filter(Boolean).join('\n\n');
  return (
    <Letter entry={entry} who={supervisor} side="supervisor" facts={facts} text={all}>
      <Folded text={text} />
      {proposal !== '' && <Aside name={words.conversation.proposal} text={proposal} />}
      {reasoning !== '' && <Aside name={words.conversation.why} text={reasoning} />}
      {delivery && <DeliveryLine delivery={delivery} />}
    </Letter>
  );
}

function Aside({ name, text }: { name: string; text: string }) {
  return (
    <div className="letter-aside">
      <span>{name}</span>
      <Folded text={text} />
    </div>
  );
}

function DeliveryLine({ delivery }: { delivery: Delivery }) {
  return <p className="delivery">{deliveryWords(delivery)}</p>;
}

function deliveryWords({ writtenAt, claimedAt, withdrawnAt, withdrawnWhy }: Delivery): string {
  const { queued, written, claimed, withdrawn } = words.conversation.delivery;
  if (withdrawnAt !== null) return withdrawn(withdrawnWhy);
  if (writtenAt === null) return queued;
  const at = exactClockTime(writtenAt);
  return claimedAt === null ? written(at) : claimed(at, exactClockTime(claimedAt));
}

function Summary({ entry }: { entry: Extract<Entry, { kind: 'summary' }> }) {
  const [isOpen, setOpen] = useState(false);
  const { events, isOmission, text, at } = entry;
  const name = isOmission ? words.conversation.omission : words.conversation.summary;
  return (
    <div className="summary">
      <button
        type="button"
        className="fold-line"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <ChevronRight size={12} aria-hidden="true" />
        {name(events, clockTime(at))}
      </button>
      {isOpen && <Folded text={text} />}
    </div>
  );
}

function Asked({ entry }: { entry: Extract<Entry, { kind: 'asked' }> }) {
  const actions = useActions();
  const isOpen = useRelay(
    ({ snapshot }) => snapshot?.inbox.some(({ id }) => id === entry.itemId) ?? false,
  );
  const { itemKind, summary, settled, itemId } = entry;
  // The question itself stands right above, as the supervisor put it.
  const what = itemKind === 'escalation' || itemKind === 'draft' ? '' : harmlessLine(summary);
  const isLeave = itemKind === 'permission' || itemKind === 'tool';
  const how = isLeave ? words.item.leave : words.item.settled;
  return (
    <p className={`note note-asked ${isOpen ? 'is-open' : ''}`}>
      <ClockTime at={entry.at} />
      <span>
        {words.item.kind[itemKind]} {itemId}
        {settled && `, ${how[settled.how]}`}
        {settled?.via && ` ${words.via[settled.via]}`}
        {what !== '' && `: ${what}`}
      </span>
      {isOpen && (
        <button type="button" className="text-button" onClick={() => actions.selectItem(itemId)}>
          {words.inbox.title}
        </button>
      )}
    </p>
  );
}

function NoteLine({ at, note }: { at: number; note: Note }) {
  const [first = '', ...rest] = note.type === 'relay-said' ? note.text.trim().split('\n') : [];
  if (rest.length > 0) return <LongNote at={at} first={first} rest={rest.join('\n')} />;
  return (
    <p className={`note note-${note.type}`}>
      <ClockTime at={at} />
      <span>{harmlessLine(noteWords(note))}</span>
    </p>
  );
}

function LongNote({ at, first, rest }: { at: number; first: string; rest: string }) {
  return (
    <div className="note">
      <ClockTime at={at} />
      <details>
        <summary>{harmlessLine(first)}</summary>
        <Folded plain text={rest} />
      </details>
    </div>
  );
}

function noteWords(note: Note): string {
  const { notes } = words.conversation;
  switch (note.type) {
    case 'relay-said':
      return note.text;
    case 'opened':
      return notes.opened(note.source);
    case 'closed':
      return notes.closed(note.reason);
    case 'failed':
      return notes.failed(note.message);
    case 'notified':
      return notes.notified(note.message);
    case 'backgrounded':
      return notes.backgrounded(note.tasks);
    case 'autonomy':
      return notes.autonomy(words.autonomy[note.autonomy].name);
    case 'moved':
      return notes.moved(note.conversationId);
    case 'call-failed': {
      const retry = note.retryAt === null ? '' : ` ${notes.retry(exactClockTime(note.retryAt))}`;
      return `${notes.callFailed(note.message)}${retry}`;
    }
    case 'watched':
      return notes.watched;
    case 'dropped':
      return notes.dropped;
  }
}

/** `claude-sonnet-5-5` is `sonnet-5-5` where every model is Claude. */
const shortModel = (model: string): string => harmlessLine(model.replace(/^claude-/, ''));
