import type { RemoteRelay } from '#core/rpc/client.ts';
import type { SessionSummary } from '#shared/models.ts';
import { type CommandContext, exitCode } from './terminal.ts';
import { firstLine } from './text.ts';
import { refused } from './with-relay.ts';

type Known = { ok: true; session: SessionSummary } | { ok: false; code: number };

/** The session of an id that was typed; says so where there is none. */
export async function knownSession(
  context: CommandContext,
  relay: RemoteRelay,
  id: string,
): Promise<Known> {
  const sessions = await relay.call('sessions.list', {});
  if (!sessions.ok) return { ok: false, code: refused(context, sessions.error) };
  const session = sessions.value.find((one) => one.id === id);
  if (session) return { ok: true, session };
  context.terminal.complain(`There is no session ${firstLine(id, 40)}. See: relay sessions`);
  return { ok: false, code: exitCode.failed };
}
