import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Command } from '../engine/command.ts';
import { type EngineDesk, openDesk } from '../engine/testing/engine-desk.ts';
import { factsOf, payloadOf, said, session, someUsage } from '../engine/testing/pure-relay.ts';
import { asAnyTool, done } from '../tools/tool.ts';
import { createToolbox } from '../tools/toolbox.ts';
import { createCallReporter } from './call-record.ts';
import type { LiveTurn } from './live-turn.ts';
import { createToolWork } from './tool-work.ts';

const sessionId = session('s1');
const envelope = (word: Extract<Command, { kind: 'acceptEnvelope' }>['word']): Command => ({
  ...{ kind: 'acceptEnvelope', sessionId, facts: factsOf(), word },
});

/** The supervisor has asked for two uses of a tool at once; `during` happens while the first runs. */
async function runTwo(desk: EngineDesk, during: Command): Promise<string[]> {
  const { engine } = desk;
  desk.does(envelope(said('All tests pass.')));
  const [exchange] = engine.state.exchanges.values();
  if (!exchange) throw new Error('no exchange was opened');
  const about = { exchangeId: exchange.id, purpose: 'answer', model: 'm' } as const;
  const sizes = { maxTokens: 9, fromSeq: 1, toSeq: 1, estimatedTokens: 1 };
  const { callId } = payloadOf(
    desk.does({ kind: 'startCall', ...about, ...sizes }),
    'call.started',
  );
  const calls = ['a', 'b'].map((use) => ({ toolUseId: use, name: 'look', input: { use } }));
  desk.does({
    ...{ kind: 'finishCall', ...about, callId, durationMs: 1, usage: someUsage, costUsd: 0 },
    ...{ savedByCacheUsd: 0, stopReason: 'tool_use', requestId: null, firstTextMs: 1 },
    ...{ verdict: null, tools: { said: '', calls } },
  });
  const ran: string[] = [];
  const input = z.object({ use: z.string() });
  const look = asAnyTool<z.output<typeof input>>({
    ...{ name: 'look', description: '', input, policy: 'allow', needsPlace: false },
    async execute({ use }) {
      if (ran.push(use) === 1) desk.does(during);
      return done('seen');
    },
  });
  const work = createToolWork({
    ...{ engine, reporter: createCallReporter(engine, new AbortController().signal) },
    toolbox: createToolbox({
      tools: () => [look],
      policyOf: () => undefined,
      onBug: (_name, error) => {
        throw error;
      },
    }),
    isStopped: () => false,
    onProgress: () => undefined,
  });
  // The loop reads no more of a turn than what was asked for and what has come of it.
  const turn = { asked: { calls, text: '' }, results: new Map() } as unknown as LiveTurn;
  // Whoever calls the loop off looks a moment later; it has to find out for itself.
  await work(exchange, turn, null, new AbortController().signal);
  return ran;
}

test('one use after the other', async () => {
  using desk = await openDesk();
  expect(await runTwo(desk, { kind: 'setMuted', sessionId, muted: true })).toEqual(['a', 'b']);
});

test.each<[string, Command]>([
  ['a person types', envelope({ kind: 'prompted', text: 'I do it myself.' })],
  ['the owner pauses', { kind: 'pause', via: 'tray' }],
  ['the owner denies it', { kind: 'setToolPolicy', sessionId, tool: 'look', policy: 'deny' }],
])('%s while the first runs: the second does not', async (_name, during) => {
  using desk = await openDesk();
  expect(await runTwo(desk, during)).toEqual(['a']);
});
