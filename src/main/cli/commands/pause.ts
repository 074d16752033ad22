import type { CommandContext } from '../terminal.ts';
import { doCommand } from '../with-relay.ts';

export function pause(context: CommandContext): Promise<number> {
  const said = () => 'Paused: envelopes are accepted, nothing is sent. Go on with: relay resume';
  return doCommand(context, 'relay.pause', { via: 'cli' }, said);
}
