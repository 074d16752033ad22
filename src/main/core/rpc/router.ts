import { isNestedDeeper } from '#shared/nesting.ts';
import { plainLine } from '#shared/plain-line.ts';
import {
  type RpcError,
  type RpcHandlers,
  type RpcInput,
  type RpcName,
  type RpcOutput,
  type RpcParsedInput,
  type RpcResult,
  rpc,
} from '#shared/rpc.ts';
import { deepestJson } from '../json-depth.ts';
import type { RelayPort } from '../relay-port.ts';
import { type Subscribe, streamEvents } from './event-stream.ts';
import { inputSentence } from './input-sentence.ts';

export interface PortOptions {
  handlers: RpcHandlers;
  /** Committed events and progress from now on, in order. */
  subscribe: Subscribe;
  /** Told of every handler that threw: that is a bug, and the caller only sees a sentence. */
  onCrash: (callName: string, error: unknown) => void;
}

/**
 * The relay of this process as a port, the same one for every transport: parses what comes in by
 * the contract, so that a handler only ever sees valid input, and never rejects.
 */
export function createPort({ handlers, subscribe, onCrash }: PortOptions): RelayPort {
  async function call<N extends RpcName>(
    name: N,
    input: RpcInput<N>,
  ): Promise<RpcResult<RpcOutput<N>>> {
    if (!isRpcName(name)) {
      return failure('not-found', `There is no call named "${String(name)}".`);
    }
    if (isNestedDeeper(input, deepestJson)) {
      return failure('bad-input', `${name}: the input is nested too deeply.`);
    }
    const parsed = rpc[name].input.safeParse(input);
    if (!parsed.success) return failure('bad-input', inputSentence(name, parsed.error));
    try {
      // The schema of this very name made the value; TypeScript loses the tie through the lookup.
      const answer = await handlers.handle(name, parsed.data as RpcParsedInput<N>);
      return answer.ok ? answer : failure(answer.error.code, answer.error.message);
    } catch (error) {
      onCrash(name, error);
      return failure('failed', `Relay failed at ${name}. The log says more.`);
    }
  }

  return {
    call,
    stream: (after, onItem, onEnd) =>
      streamEvents(
        {
          subscribe,
          readPage: async (from, limit) => {
            const page = await call('events.after', { after: from, limit });
            return page.ok ? page.value : undefined;
          },
        },
        after,
        onItem,
        onEnd,
      ),
  };
}

/** Whether the contract has a call of this name (and not merely an inherited property). */
export function isRpcName(name: string): name is RpcName {
  return Object.hasOwn(rpc, name);
}

/** A sentence, whatever it quotes of what came in. */
function failure(code: RpcError['code'], message: string): RpcResult<never> {
  return { ok: false, error: { code, message: plainLine(message, longestSentence) } };
}

const longestSentence = 400;
