import type { RelayEvent } from '#shared/events.ts';
import { cutMiddle } from '../conversation/cut-middle.ts';
import { escapeText } from '../conversation/tags.ts';
import type { Correction } from '../store/outcomes.ts';

/** Of each word of an exchange; a correction is understood from less. */
const longestWord = 3_000;

const meaning = {
  wrong: 'The owner says that this reply of the supervisor was wrong.',
  needless: 'The owner says that the supervisor need not have asked here.',
  edited: 'The owner sent something else than the supervisor had written.',
} satisfies Record<Correction['kind'], string>;

/** One correction with what it is about, as the supervisor is shown it. */
export function describeCorrection(
  { exchangeId, kind }: Correction,
  events: readonly RelayEvent[],
): string {
  const words = events.flatMap((event) => {
    switch (event.type) {
      case 'user_message':
        return [`${event.payload.author}: ${shown(event.payload.text)}`];
      case 'agent_message':
        return [`supervisor: ${shown(event.payload.text)}`];
      case 'draft.edited':
        return [`sent instead, by the owner: ${shown(event.payload.after)}`];
      default:
        return [];
    }
  });
  return `## ${exchangeId}\n${meaning[kind]}\n\n${words.join('\n\n')}`;
}

const room = { characters: longestWord, bytes: 2 * longestWord };
const shown = (text: string): string => cutMiddle(escapeText(text), room);
