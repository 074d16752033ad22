import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useNow } from '../../components/clock.ts';
import { Folded } from '../../components/folded.tsx';
import { Markdown } from '../../components/markdown.tsx';
import { useActions, useRelay } from '../../state/context.ts';
import { harmless, harmlessLine } from '../../text/harmless.ts';
import { shortArgument } from '../../text/short-argument.ts';
import { exactClockTime, span } from '../../text/time.ts';
import { words } from '../../words.ts';
import type { ToolUse } from './tool-use.ts';
import { type AskedUse, durationMs, exitCode, inputText } from './tool-use.ts';

interface Props {
  /** What the supervisor said before it reached for them. */
  said: string;
  calls: readonly ToolUse[];
}

/** What the supervisor looked at or did: a line for each until it is opened. */
export function Tools({ said, calls }: Props) {
  const first = calls.findIndex(({ output }) => output === null);
  return (
    <div className="tools">
      {said !== '' && <Markdown text={said} />}
      <ul>
        {calls.map((call, index) => (
          <Tool key={call.id} call={call} isNext={index === first} />
        ))}
      </ul>
    </div>
  );
}

/** @param isNext the first that has no answer, so that it is what is being done */
function Tool({ call, isNext }: { call: ToolUse; isNext: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const actions = useActions();
  const { name, asked } = call;
  const waits = asked !== null && asked.settled === null;
  const tail = useRelay(({ tails }) => tails[call.id] ?? '');
  return (
    <li className="tool">
      <div className="tool-row">
        <button
          type="button"
          className="fold-line"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          <ChevronRight size={12} aria-hidden="true" />
          <code>
            <b>{harmlessLine(name)}</b> {shortArgument(call.input)}
          </code>
          <Outcome call={call} isNext={isNext} />
        </button>
        {waits && (
          <button
            type="button"
            className="text-button"
            onClick={() => actions.selectItem(asked.itemId)}
          >
            {words.inbox.title}
          </button>
        )}
      </div>
      {isOpen && <Details call={call} />}
      {call.output === null && tail !== '' && (
        <pre className="plain-text tool-tail">{harmless(tail)}</pre>
      )}
    </li>
  );
}

/** What came of it in a word or two, and how long it took. */
function Outcome({ call, isNext }: { call: ToolUse; isNext: boolean }) {
  const { output, asked, isError } = call;
  const { tool } = words.conversation;
  const took = durationMs(call);
  const code = exitCode(call);
  if (output === null) {
    const waits = asked !== null && asked.settled === null;
    return (
      <span className="tool-outcome">
        {waits ? (
          tool.waits
        ) : isNext ? (
          <Running since={asked?.settledAt ?? call.at} />
        ) : (
          tool.queued
        )}
      </span>
    );
  }
  const how = code === null ? (isError ? tool.failed : tool.done) : tool.exit(code);
  const isBad = isError || (code !== null && code !== 0);
  return (
    <span className={`tool-outcome ${isBad ? 'is-bad' : ''}`}>
      {asked?.settled && `${settledWords(asked)}, `}
      {how}
      {took !== null && <span className="tool-took">{span(took)}</span>}
    </span>
  );
}

function Running({ since }: { since: number }) {
  const now = useNow();
  return words.conversation.tool.running(
    span(Math.max(0, Math.floor((now - since) / 1000) * 1000)),
  );
}

function Details({ call }: { call: ToolUse }) {
  const { asked, output } = call;
  const { tool } = words.conversation;
  return (
    <div className="tool-details">
      <Folded plain="exact" text={inputText(call)} />
      {asked && (
        <p>
          {tool.askedAt(exactClockTime(asked.at))}
          {asked.settledAt !== null &&
            `; ${settledWords(asked)} ${exactClockTime(asked.settledAt)}`}
        </p>
      )}
      {output !== null && <Folded plain text={output} />}
    </div>
  );
}

/** `allowed in the window`: the owner's word to it and where it came from. */
function settledWords({ settled }: AskedUse): string {
  if (!settled) return '';
  const { how, via } = settled;
  return [words.item.leave[how], via ? words.via[via] : ''].join(' ').trim();
}
