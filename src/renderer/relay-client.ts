import type { RelayBridge } from '#shared/desktop-bridge.ts';
import type { RpcInput, RpcName, RpcOutput, RpcResult, StreamItem } from '#shared/rpc.ts';
import { words } from './words.ts';

/** A relay behind the page's own address (`relay run`); the browser's cookie opens it. */
export function connectByHttp(): RelayBridge {
  return {
    host: { kind: 'browser' },
    call: callByHttp,
    stream: streamByHttp,
    openExternal(url) {
      if (url.startsWith('https://')) window.open(url, '_blank', 'noopener,noreferrer');
    },
    desktop: null,
  };
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
    return { ok: false, error: { code: 'unavailable', message: words.connection.noAnswer } };
  }
}

function streamByHttp(
  after: number,
  onItem: (item: StreamItem) => void,
  onEnd: () => void,
): () => void {
  const source = new EventSource(`/stream?after=${after}`);
  source.onmessage = ({ data }: MessageEvent<string>) => {
    // The relay writes every message as one item of the contract.
    onItem(JSON.parse(data) as StreamItem);
  };
  // The browser would go on by itself, but only from its own cursor and not after a refusal: the
  // one who holds the cursor starts the next stream.
  source.onerror = () => {
    source.close();
    onEnd();
  };
  return () => source.close();
}
