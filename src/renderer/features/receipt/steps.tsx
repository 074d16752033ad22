import type { ItemKind, RelayEvent } from '#shared/events.ts';
import { formatUsd } from '#shared/format.ts';
import type { ItemId } from '#shared/ids.ts';
import { ClockTime } from '../../components/age.tsx';
import { harmlessLine } from '../../text/harmless.ts';
import { shortArgument } from '../../text/short-argument.ts';
import { span } from '../../text/time.ts';
import { words } from '../../words.ts';

/** The life of an exchange from the envelope to the claim, with the time each step took. */
export function Steps({ events }: { events: readonly RelayEvent[] }) {
  const kinds = new Map(
    events.flatMap(({ type, payload }) =>
      type === 'item.opened' ? [[payload.itemId, payload.kind] as const] : [],
    ),
  );
  const steps = events.flatMap((event) => {
    const step = stepOf(event, kinds);
    return step ? [{ event, ...step }] : [];
  });
  return (
    <ol className="steps">
      {steps.map(({ event, name, more }, index) => {
        const before = steps[index - 1];
        return (
          <li key={event.seq}>
            <ClockTime at={event.at} seconds />
            <span className="step-gap">
              {before && event.at > before.event.at ? `+${span(event.at - before.event.at)}` : ''}
            </span>
            <span className="step-name">{name}</span>
            <span className="step-more">{more}</span>
          </li>
        );
      })}
    </ol>
  );
}

interface Step {
  name: string;
  more: string;
}

/** How a step is told; undefined for what is no step of its own. */
function stepOf(event: RelayEvent, kinds: ReadonlyMap<ItemId, ItemKind>): Step | undefined {
  const { steps } = words.receipt;
  const step = (name: string, more = ''): Step => ({ name, more: harmlessLine(more) });
  switch (event.type) {
    case 'envelope.accepted':
      return step(steps.envelope, event.payload.name);
    case 'user_message':
      return event.payload.author === 'owner' ? step(steps.owner, event.payload.text) : undefined;
    case 'call.started':
      return step(
        event.payload.purpose === 'summary' ? steps.summaryCall : steps.call,
        event.payload.model,
      );
    case 'call.finished': {
      const { durationMs, firstTextMs, costUsd } = event.payload;
      const first = firstTextMs === null ? '' : `, ${words.receipt.firstWord(span(firstTextMs))}`;
      const cost = costUsd === null ? '' : `, ${formatUsd(costUsd)}`;
      return step(steps.finished, `${span(durationMs)}${first}${cost}`);
    }
    case 'call.failed':
      return step(steps.failed, event.payload.fault.message);
    case 'call.interrupted':
      return step(steps.interrupted);
    case 'verdict.given': {
      const { verdict } = event.payload;
      return step(steps.verdict[verdict.kind], verdict.kind === 'escalate' ? verdict.question : '');
    }
    case 'drives.told': {
      // Between Relay's tags; the raw events have them.
      const lines = event.payload.text.split('\n').slice(1, -1);
      return lines.length === 0 ? step(steps.toldNothing) : step(steps.told, lines.join(' '));
    }
    case 'tool_call':
      return step(steps.tool(harmlessLine(event.payload.name)), shortArgument(event.payload.input));
    case 'tool_response': {
      const { isError, output } = event.payload;
      return step(isError ? steps.toolFailed : steps.toolDone, output.trim().split('\n', 1)[0]);
    }
    case 'draft.edited':
      return step(steps.edited, event.payload.after);
    case 'reply.scored':
    case 'escalation.scored': {
      const { score } = event.payload;
      const { names } = words.receipt.score;
      return step(steps.scored, score === null ? steps.scoreBack : names[score]);
    }
    case 'replay.made':
      return step(steps.replayed, event.payload.model);
    case 'side_call.failed':
      return step(steps.replayFailed, event.payload.message);
    case 'item.opened':
      return step(steps.asked, event.payload.summary);
    case 'item.settled': {
      const { itemId, how, via } = event.payload;
      const isLeave = kinds.get(itemId) === 'tool' || kinds.get(itemId) === 'permission';
      const settled = isLeave ? words.item.leave : words.item.settled;
      return step(steps.settled, `${settled[how]} ${via ? words.via[via] : ''}`);
    }
    case 'dispatch.queued':
      return step(steps.queued);
    case 'dispatch.written':
      return step(steps.written);
    case 'dispatch.claimed':
      return step(steps.claimed);
    case 'dispatch.withdrawn':
      return step(steps.withdrawn, event.payload.reason);
    case 'exchange.closed':
      return step(steps.closed, event.payload.how);
    default:
      return undefined;
  }
}
