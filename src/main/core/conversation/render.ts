import type { SupervisorMessage } from '#core/supervisor/supervisor.ts';
import type { ConversationEntry, ConversationSummary } from './entry.ts';
import { closeTag, escapeText, openTag, timeAttribute } from './tags.ts';

type Role = SupervisorMessage['role'];

/** An entry ready to be sent: whose turn it belongs to, its words, and what stands around them. */
export interface FramedEntry {
  role: Role;
  open: string;
  /** The words, escaped: the only part that may be cut. */
  body: string;
  close: string;
}

/** One piece of a message; consecutive pieces of one role become one message. */
export interface MessagePart {
  role: Role;
  text: string;
}

/** Between the pieces of one message. */
export const partSeparator = '\n\n';

/**
 * How an entry reads in the conversation. Depends on nothing but the entry, so that what was sent
 * once is sent again byte for byte.
 *
 * Tools that were used in a turn that is over are text, both call and response in the user's turn: as
 * Relay's record, which the supervisor does not come to imitate (docs/decisions/0005).
 */
export function frameEntry(entry: ConversationEntry): FramedEntry {
  const at = timeAttribute(entry.at);
  switch (entry.type) {
    case 'agent_message':
      return { role: 'assistant', open: '', body: entry.text.toWellFormed(), close: '' };
    case 'tool_call':
      return framed('user', 'tool_call', { id: entry.toolUseId, at }, entry.text);
    case 'tool_response':
      return framed('user', 'tool_response', { id: entry.toolUseId, at }, entry.text);
    case 'user_message':
      return frameUserMessage(entry, at);
  }
}

function frameUserMessage(entry: ConversationEntry, at: string): FramedEntry {
  const session = entry.sessionId;
  switch (entry.author) {
    case 'session':
      return framed('user', 'session', { id: session, title: entry.title, at }, entry.text);
    case 'owner':
      return framed('user', 'owner', { at, via: entry.via, session }, entry.text);
    // The supervisor says nothing in the user's turn; if it were recorded, it came through Relay.
    case 'supervisor':
    case 'relay':
      return framed('user', 'relay', { at, session }, entry.text);
  }
}

/** The same for a transcript that is read from outside: the supervisor's words get a tag as well. */
export function frameForTranscript(entry: ConversationEntry): FramedEntry {
  if (entry.type !== 'agent_message') return frameEntry(entry);
  return framed('user', 'supervisor', { at: timeAttribute(entry.at) }, entry.text);
}

function framed(
  role: Role,
  tag: Parameters<typeof openTag>[0],
  attributes: Parameters<typeof openTag>[1],
  text: string,
): FramedEntry {
  const open = `${openTag(tag, attributes)}\n`;
  return { role, open, body: escapeText(text), close: `\n${closeTag(tag)}` };
}

/** What stands for everything before the window; goes first, in the user's turn. */
export function frameSummary(summary: ConversationSummary): FramedEntry {
  const range = {
    from: timeAttribute(summary.fromAt),
    to: timeAttribute(summary.toAt),
    events: String(summary.events),
  };
  return {
    role: 'user',
    open: `${openTag('relay', { at: timeAttribute(summary.toAt) })}${openTag('summary', range)}\n`,
    body: escapeText(summary.text),
    close: `\n${closeTag('summary')}${closeTag('relay')}`,
  };
}

/** The API wants the user first; an imported history may begin with an answer. */
export function frameLead(first: ConversationEntry): FramedEntry {
  const text = 'The conversation begins with your own words.';
  return framed('user', 'relay', { at: timeAttribute(first.at) }, text);
}

export function joinFrame(frame: FramedEntry): string {
  return frame.open + frame.body + frame.close;
}

/**
 * Messages of strictly alternating roles. Blank pieces are left out (the API refuses empty text):
 * only the supervisor's own can be blank, everything else is framed. A message that gains a piece
 * keeps its bytes as a prefix.
 */
export function toMessages(parts: readonly MessagePart[]): SupervisorMessage[] {
  const messages: SupervisorMessage[] = [];
  for (const { role, text } of parts) {
    if (text.trim() === '') continue;
    const last = messages.at(-1);
    if (last?.role === role) last.text += partSeparator + text;
    else messages.push({ role, text });
  }
  return messages;
}
