import { useCallback, useEffect, useRef, useState } from 'react';
import type { RpcInput, RpcName, RpcOutput } from '#shared/rpc.ts';
import { useInterface } from '../state/context.ts';

export interface Query<N extends RpcName> {
  value: RpcOutput<N> | undefined;
  /** Why there is no newer value; empty when there is. */
  problem: string;
  reload: () => Promise<void>;
}

/**
 * Asks the relay, and again whenever the input or `freshness` changes. The last answer stays while
 * the next one is on its way.
 */
export function useQuery<N extends RpcName>(
  name: N,
  input: RpcInput<N>,
  freshness: unknown = 0,
): Query<N> {
  const { bridge } = useInterface();
  const [value, setValue] = useState<RpcOutput<N>>();
  const [problem, setProblem] = useState('');
  const asked = useRef(0);
  const key = JSON.stringify(input);
  const reload = useCallback(async () => {
    asked.current += 1;
    const mine = asked.current;
    // The key is the input's own text.
    const answer = await bridge.call(name, JSON.parse(key) as RpcInput<N>);
    if (mine !== asked.current) return;
    if (answer.ok) setValue(answer.value);
    setProblem(answer.ok ? '' : answer.error.message);
  }, [bridge, name, key]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when this changes.
  useEffect(() => {
    void reload();
  }, [reload, freshness]);
  return { value, problem, reload };
}
