import type { RemoteRelay } from '#core/rpc/client.ts';
import type { FactId, SessionId } from '#shared/ids.ts';
import type { Fact } from '#shared/models.ts';
import type { RpcOutput } from '#shared/rpc.ts';
import { type CommandContext, exitCode } from '../terminal.ts';
import { indent, printable } from '../text.ts';
import { asJson, doCommand, refused, withRelay } from '../with-relay.ts';
import { takeWords, type Words } from '../words.ts';

/** What the supervisor is told with every call: `brief`, `facts`, `pin`, `unpin`. */

type Kept = RpcOutput<'session.memory'>;

// A cast: whatever was typed; the relay checks it by the contract.
const asSession = (session: string): SessionId => session as SessionId;

/** Shows the brief without words, sets it with them. */
export async function brief(
  context: CommandContext,
  session: string,
  words: readonly string[],
  options: { json?: boolean; clear?: boolean },
): Promise<number> {
  const sessionId = asSession(session);
  const set = (text: string, said: string) =>
    doCommand(context, 'session.setBrief', { sessionId, text }, () => said);
  if (options.clear) return set('', `${session} has no brief any more.`);
  if (words.length === 0) {
    return onKept(context, session, ({ brief: found }) => {
      context.terminal.write(options.json ? asJson(found) : describeBrief(found, session));
      return exitCode.done;
    });
  }
  const taken = await takeWords(context, words, 'The brief:');
  return taken.ok ? set(taken.text, `${session} has its brief.`) : wrongWords(context, taken);
}

function describeBrief(found: Kept['brief'], session: string): string {
  if (!found) return `${session} has no brief. Set one with: relay brief ${session} TEXT\n`;
  const whose = found.by === 'owner' ? '' : '(written by the supervisor)\n';
  return `${whose}${printable(found.text)}\n`;
}

export function facts(
  context: CommandContext,
  session: string,
  options: { json?: boolean },
): Promise<number> {
  return onKept(context, session, ({ facts: found }) => {
    context.terminal.write(options.json ? asJson(found) : describeFacts(found, session));
    return exitCode.done;
  });
}

function describeFacts(found: readonly Fact[], session: string): string {
  if (found.length === 0) return `Nothing is pinned. Pin a fact with: relay pin ${session} TEXT\n`;
  const whose = ({ by }: Fact) => (by === 'owner' ? '' : ' (noted by the supervisor)');
  return found
    .map((fact) => `${fact.id}${whose(fact)}\n${indent(printable(fact.text), 2)}\n`)
    .join('');
}

export async function pin(
  context: CommandContext,
  session: string,
  words: readonly string[],
): Promise<number> {
  const taken = await takeWords(context, words, 'The fact:');
  if (!taken.ok) return wrongWords(context, taken);
  return onKept(context, session, async ({ conversationId }, relay) => {
    const pinned = await relay.call('facts.pin', { conversationId, text: taken.text });
    if (!pinned.ok) return refused(context, pinned.error);
    context.terminal.write(`Pinned as ${pinned.value.factId}.\n`);
    return exitCode.done;
  });
}

export function unpin(context: CommandContext, fact: string): Promise<number> {
  // A cast: whatever was typed; the relay checks it by the contract.
  const factId = fact as FactId;
  return doCommand(context, 'facts.unpin', { factId }, () => `${fact} is not pinned any more.`);
}

function onKept(
  context: CommandContext,
  session: string,
  work: (kept: Kept, relay: RemoteRelay) => number | Promise<number>,
): Promise<number> {
  return withRelay(context, async (relay) => {
    const kept = await relay.call('session.memory', { sessionId: asSession(session) });
    return kept.ok ? work(kept.value, relay) : refused(context, kept.error);
  });
}

function wrongWords({ terminal }: CommandContext, taken: Extract<Words, { ok: false }>): number {
  terminal.complain(taken.message);
  return exitCode.wrongUsage;
}
