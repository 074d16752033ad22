import type { CommandContext } from '../terminal.ts';
import { asJson, refused, withRelay } from '../with-relay.ts';

/** A fresh one-time address of the browser interface. */
export function url(context: CommandContext, options: { json?: boolean }): Promise<number> {
  return withRelay(context, async (relay) => {
    const result = await relay.interfaceUrl();
    if (!result.ok) return refused(context, result.error);
    context.terminal.write(options.json ? asJson({ url: result.value }) : `${result.value}\n`);
    return 0;
  });
}
