import { connectRelay, type RemoteRelay } from '#core/rpc/client.ts';
import type { RpcError, RpcInput, RpcName, RpcOutput } from '#shared/rpc.ts';
import { type CommandContext, exitCode } from './terminal.ts';
import { terminalJson } from './text.ts';

/** Runs a command against the relay of this home, or says that none runs (exit code 3). */
export async function withRelay(
  context: CommandContext,
  work: (relay: RemoteRelay) => Promise<number>,
): Promise<number> {
  const relay = await connectRelay(context.home);
  if (relay !== undefined) return work(relay);
  context.terminal.complain(
    `No relay is running for ${context.home}. Start one with: relay run, or open the desktop app.`,
  );
  return exitCode.noRelay;
}

/** One query: as JSON when asked for, else as `show` writes it. */
export function showQuery<N extends RpcName>(
  context: CommandContext,
  name: N,
  input: RpcInput<N>,
  show: (value: RpcOutput<N>) => string,
  options: { json?: boolean },
): Promise<number> {
  return withRelay(context, async (relay) => {
    const result = await relay.call(name, input);
    if (!result.ok) return refused(context, result.error);
    context.terminal.write(options.json ? asJson(result.value) : show(result.value));
    return exitCode.done;
  });
}

/** One command: says in a sentence that it is done. */
export function doCommand<N extends RpcName>(
  context: CommandContext,
  name: N,
  input: RpcInput<N>,
  said: (value: RpcOutput<N>) => string,
): Promise<number> {
  return withRelay(context, async (relay) => {
    const result = await relay.call(name, input);
    if (!result.ok) return refused(context, result.error);
    context.terminal.write(`${said(result.value)}\n`);
    return exitCode.done;
  });
}

/** Says what the relay said; what it could not understand was wrongly typed. */
export function refused(context: CommandContext, error: RpcError): number {
  if (error.code !== 'bad-input') {
    context.terminal.complain(error.message);
    return exitCode.failed;
  }
  context.terminal.complain(asTyped(error.message));
  return exitCode.wrongUsage;
}

/** What the contract calls its fields, as they are known at a terminal. */
const typedFields: Readonly<Record<string, string>> = {
  sessionId: 'The session id',
  conversationId: 'The conversation id',
  exchangeId: 'The exchange, x and a number,',
  callId: 'The call, c and a number,',
  factId: 'The fact, f and a number,',
  text: 'The text',
  model: 'The model',
  brief: 'The brief',
  limit: '--limit',
};

/** `facts.unpin: factId does not ...` without the name of the call, which nobody typed. */
function asTyped(sentence: string): string {
  return sentence.replace(/^[a-zA-Z]+[.][a-zA-Z]+: ([a-zA-Z]+) /, (whole, field: string) => {
    const words = Object.hasOwn(typedFields, field) ? typedFields[field] : undefined;
    return words === undefined ? whole : `${words} `;
  });
}

export function asJson(value: unknown): string {
  return `${terminalJson(value, 2)}\n`;
}
