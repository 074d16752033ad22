import type { RelayEvent } from '#shared/events.ts';
import { formatUsd } from '#shared/format.ts';
import { firstLine } from './text.ts';

/** One event as one line of the live stream: time, session, what happened. */
export function eventLine(event: RelayEvent, columns: number): string {
  const time = new Date(event.at).toLocaleTimeString('en-GB');
  const who = event.sessionId ?? event.conversationId ?? 'relay';
  const start = `${time}  ${firstLine(who, 20).padEnd(20)}  `;
  return `${start}${firstLine(happening(event), Math.max(30, columns - start.length))}\n`;
}

function happening(event: RelayEvent): string {
  switch (event.type) {
    case 'user_message':
      return `${event.payload.author}: ${event.payload.text}`;
    case 'agent_message':
      return `supervisor: ${event.payload.text}`;
    case 'system_message':
      return `note: ${event.payload.text}`;
    case 'tool_call':
      return `tool ${event.payload.name}`;
    case 'tool_response':
      return `tool ${event.payload.name} ${event.payload.isError ? 'failed' : 'answered'}`;
    case 'call.started':
      return `call ${event.payload.callId} started`;
    case 'call.finished': {
      const { callId, model, durationMs, costUsd } = event.payload;
      const price = costUsd === null ? 'no price known' : formatUsd(costUsd);
      return `call ${callId} finished: ${model}, ${(durationMs / 1000).toFixed(1)} s, ${price}`;
    }
    case 'call.failed':
      return `call ${event.payload.callId} failed: ${event.payload.fault.message}`;
    case 'verdict.given':
      return `verdict: ${event.payload.verdict.kind}`;
    case 'item.opened':
      return `${event.payload.itemId} needs you: ${event.payload.summary}`;
    case 'item.settled':
      return `${event.payload.itemId} ${event.payload.how}`;
    case 'drives.learnt':
      return `drives learnt: ${event.payload.changes.map(({ name }) => name).join(', ')}`;
    case 'envelope.rejected':
      return `envelope rejected: ${event.payload.reason}`;
    // By its number it is scored, replayed and looked into.
    case 'exchange.opened':
      return `exchange ${event.exchangeId ?? ''} opened`;
    case 'exchange.closed':
      return `exchange ${event.exchangeId ?? ''} closed: ${event.payload.how}`;
    default:
      return event.type.replace('.', ' ').replaceAll('_', ' ');
  }
}
