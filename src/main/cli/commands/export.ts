import { asMarkdown } from '#core/export/markdown.ts';
import { readStoredEvents } from '#core/export/stored-events.ts';
import { homeAt } from '#core/settings/home-paths.ts';
import type { RelayEvent } from '#shared/events.ts';
import { type CommandContext, exitCode } from '../terminal.ts';
import { printable, terminalJson } from '../text.ts';

export interface ExportOptions {
  session?: string;
  conversation?: string;
  format: 'markdown' | 'jsonl';
  /** The same as the format `jsonl`. */
  json?: boolean;
}

/** Writes what was said to standard output; needs no running relay. */
export async function exportConversation(
  { terminal, home }: CommandContext,
  options: ExportOptions,
): Promise<number> {
  const stored = await readStoredEvents(homeAt(home).database, {
    sessionId: options.session,
    conversationId: options.conversation,
  });
  if (!stored.ok) {
    terminal.complain(stored.message);
    return exitCode.failed;
  }
  try {
    const isJson = options.json || options.format === 'jsonl';
    let isEmpty = true;
    for (const piece of isJson ? asJsonLines(stored.events) : asMarkdown(stored.events)) {
      // A file gets what was said, exactly; JSON is the same either way.
      terminal.write(terminal.isInteractive && !isJson ? printable(piece) : piece);
      isEmpty = false;
    }
    if (!isEmpty) return exitCode.done;
    terminal.complain(`Nothing has been said${whichWords(options)} yet.`);
    return exitCode.failed;
  } finally {
    stored.close();
  }
}

function* asJsonLines(events: Iterable<RelayEvent>): Generator<string> {
  for (const event of events) yield `${terminalJson(event)}\n`;
}

function whichWords({ session, conversation }: ExportOptions): string {
  const inSession = session === undefined ? '' : ` in session ${session}`;
  return conversation === undefined ? inSession : `${inSession} in conversation ${conversation}`;
}
