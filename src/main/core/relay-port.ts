import type { RpcInput, RpcName, RpcOutput, RpcResult, StreamItem } from '#shared/rpc.ts';

/**
 * A relay as its hosts and clients see it: the same whether core runs in this process or behind a
 * socket. Never rejects: what goes wrong is a value.
 */
export interface RelayPort {
  call<N extends RpcName>(name: N, input: RpcInput<N>): Promise<RpcResult<RpcOutput<N>>>;

  /**
   * Every committed event after `after`, in order, without gap or double, then live; progress items
   * in between. Ends when the returned function is called. `onEnd` is called once when the far end
   * is gone; ask again from the last event seen.
   */
  stream(after: number, onItem: (item: StreamItem) => void, onEnd?: () => void): () => void;
}
