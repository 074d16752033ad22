import type { RpcInput, RpcName, RpcOutput, RpcResult, StreamItem } from '#shared/rpc.ts';

/** The relay as the interface sees it, whatever carries the calls. Never rejects. */
export interface RelayClient {
  call<N extends RpcName>(name: N, input: RpcInput<N>): Promise<RpcResult<RpcOutput<N>>>;

  /**
   * Every committed event after `after`, in order, without gap or double, then live, over any number
   * of lost connections; progress in between. `onConnection` tells whether the stream flows. Ends
   * when the returned function is called.
   */
  stream(
    after: number,
    onItem: (item: StreamItem) => void,
    onConnection: (isConnected: boolean) => void,
  ): () => void;
}

/** How long to wait where the browser does not reconnect by itself. */
const reconnectMs = 1500;

/** A relay behind the page's own address (`relay run`); the browser's cookie opens it. */
export function connectByHttp(): RelayClient {
  return { call: callByHttp, stream: streamByHttp };
}

async function callByHttp<N extends RpcName>(
  name: N,
  input: RpcInput<N>,
): Promise<RpcResult<RpcOutput<N>>> {
  try {
    const response = await fetch(`/rpc/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
    });
    const isResult = response.headers.get('content-type')?.startsWith('application/json');
    // The relay that served this page answers by the contract that this page was built with.
    if (isResult) return (await response.json()) as RpcResult<RpcOutput<N>>;
    const message = (await response.text()).trim();
    return { ok: false, error: { code: 'unauthorised', message } };
  } catch {
    const message = 'The relay does not answer. Start it again with: relay run';
    return { ok: false, error: { code: 'unavailable', message } };
  }
}

function streamByHttp(
  after: number,
  onItem: (item: StreamItem) => void,
  onConnection: (isConnected: boolean) => void,
): () => void {
  let cursor = after;
  let source: EventSource;
  let retry: ReturnType<typeof setTimeout> | undefined;

  function open(): void {
    source = new EventSource(`/stream?after=${cursor}`);
    source.onopen = () => onConnection(true);
    source.onmessage = ({ data }: MessageEvent<string>) => {
      // The relay writes every message as one item of the contract.
      const item = JSON.parse(data) as StreamItem;
      if (item.kind === 'event') cursor = item.event.seq;
      onItem(item);
    };
    source.onerror = () => {
      onConnection(false);
      // The browser goes on by itself after a lost connection, but gives up after a refusal.
      if (source.readyState === EventSource.CLOSED) retry = setTimeout(open, reconnectMs);
    };
  }

  open();
  return () => {
    clearTimeout(retry);
    source.close();
  };
}
