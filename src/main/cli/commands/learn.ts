import { formatCount, formatUsd } from '#shared/format.ts';
import { type CommandContext, exitCode } from '../terminal.ts';
import { printable } from '../text.ts';
import { asJson, refused, withRelay } from '../with-relay.ts';
import { ask } from '../words.ts';

/** Proposes additions to supervisor.md, and makes them once the owner has approved what was shown. */
export function learn(
  context: CommandContext,
  options: { json?: boolean; yes?: boolean },
): Promise<number> {
  const { terminal } = context;
  return withRelay(context, async (relay) => {
    const proposed = await relay.call('instructions.propose', {});
    if (!proposed.ok) return refused(context, proposed.error);
    const { seq, diff, corrections, costUsd } = proposed.value;
    const cost = costUsd === null ? 'no price known' : formatUsd(costUsd);
    if (options.json) terminal.write(asJson(proposed.value));
    else
      terminal.write(
        `${printable(diff)}From ${formatCount(corrections, 'correction')}, ${cost}.\n`,
      );
    if (diff === '') {
      if (!options.json) terminal.write('There is nothing to add.\n');
      return exitCode.done;
    }
    const isAsked = !options.yes && !options.json && terminal.isInteractive;
    const isApproved = options.yes || (isAsked && /^y(es)?$/i.test(await ask('Add it? [y/N]')));
    if (!isApproved) {
      if (!options.json) terminal.write('Nothing is changed. To add it without asking: --yes\n');
      return exitCode.done;
    }
    const applied = await relay.call('instructions.apply', { seq, diff });
    if (!applied.ok) return refused(context, applied.error);
    if (!options.json) terminal.write('supervisor.md is changed.\n');
    return exitCode.done;
  });
}
