import type { CommandContext } from '../terminal.ts';
import { doCommand } from '../with-relay.ts';

export function resume(context: CommandContext): Promise<number> {
  return doCommand(context, 'relay.resume', { via: 'cli' }, () => 'Going on.');
}
