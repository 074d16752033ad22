import type { ItemId } from '#shared/ids.ts';
import { type CommandContext, exitCode } from '../terminal.ts';
import { doCommand, withRelay } from '../with-relay.ts';
import { takeWords } from '../words.ts';

/** The three ways to settle an inbox item: `reply`, `approve`, `dismiss`. */

export async function reply(
  context: CommandContext,
  item: string,
  words: readonly string[],
  options: { direct?: boolean },
): Promise<number> {
  const direct = options.direct ?? false;
  const taken = await takeWords(context, words, direct ? 'To the session:' : 'Your answer:');
  if (!taken.ok) {
    context.terminal.complain(taken.message);
    return exitCode.wrongUsage;
  }
  return onItem(context, item, (itemId) =>
    doCommand(
      context,
      'inbox.answer',
      { itemId, text: taken.text, direct, via: 'cli' },
      () => `${item} is answered${direct ? ', straight to the session' : ''}.`,
    ),
  );
}

/** With words, they are what is sent instead of a draft. */
export async function approve(
  context: CommandContext,
  item: string,
  words: readonly string[],
): Promise<number> {
  const taken = words.length > 0 ? await takeWords(context, words, 'To the session:') : undefined;
  if (taken?.ok === false) {
    context.terminal.complain(taken.message);
    return exitCode.wrongUsage;
  }
  const text = taken ? { text: taken.text } : {};
  return onItem(context, item, (itemId) =>
    doCommand(
      context,
      'inbox.approve',
      { itemId, ...text, via: 'cli' },
      () => `${item} is approved.`,
    ),
  );
}

export function dismiss(context: CommandContext, item: string): Promise<number> {
  return onItem(context, item, (itemId) =>
    doCommand(context, 'inbox.dismiss', { itemId, via: 'cli' }, () => `${item} is dismissed.`),
  );
}

/** What is not even written like an item is an item that does not exist. */
function onItem(
  context: CommandContext,
  item: string,
  settle: (itemId: ItemId) => Promise<number>,
): Promise<number> {
  // The pattern is that of ItemId; the schema itself would cost every start its library.
  if (/^i\d+$/.test(item)) return settle(item as ItemId);
  return withRelay(context, async () => {
    context.terminal.complain(`There is no item "${item}". See what there is with: relay inbox`);
    return exitCode.failed;
  });
}
