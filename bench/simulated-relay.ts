import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCaller } from '../src/main/core/conversation/caller.ts';
import { defaultLimits } from '../src/main/core/conversation/limits.ts';
import { createBus } from '../src/main/core/engine/bus.ts';
import { createEngine } from '../src/main/core/engine/engine.ts';
import { createMemory } from '../src/main/core/memory/memory.ts';
import { createMemoryTools } from '../src/main/core/memory/memory-tools.ts';
import { silentLogger } from '../src/main/core/settings/logs.ts';
import { openDatabase } from '../src/main/core/store/database.ts';
import { createEventStore } from '../src/main/core/store/event-store.ts';
import { createQueries } from '../src/main/core/store/queries.ts';
import type { SupervisorRequest } from '../src/main/core/supervisor/supervisor.ts';
import { createShells } from '../src/main/core/tools/bash/shells.ts';
import { createOwnTools } from '../src/main/core/tools/own-tools.ts';
import { createToolbox } from '../src/main/core/tools/toolbox.ts';
import type { Spoken } from './day.ts';
import { easyPolicy, envelopeOf, sessionOf } from './history.ts';
import type { sourceWords } from './words.ts';

const root = join(import.meta.dirname, '..');
const charactersPerToken = 4;
const summaryCharacters = 9000;

export const model = 'claude-sonnet-5-5';
export const summaryModel = 'claude-haiku-5-5';

/**
 * The relay's own engine, store and caller with the tools it offers, on a clock that is set; the
 * supervisor is `onCall` and some words.
 */
export async function simulatedRelay(
  startAt: number,
  words: ReturnType<typeof sourceWords>,
  onCall: (request: SupervisorRequest, at: number, replyCharacters: number) => void,
) {
  let now = startAt;
  let replyCharacters = 0;
  let answered = () => {};
  const db = await openDatabase(':memory:');
  const store = createEventStore(db, undefined, () => now);
  const queries = createQueries(db);
  const bus = createBus((error) => {
    throw error;
  });
  const engine = createEngine({ store, bus, policy: () => easyPolicy, now: () => now });
  const shells = createShells({ home: root, env: {} });
  const tools = [
    ...createOwnTools({
      ...{ home: join(root, '.cache', 'none'), env: {}, shells },
      ...{ bashRules: () => ({}), timeLimitSeconds: () => 60 },
    }),
    ...createMemoryTools({ memory: createMemory({ engine, queries }), queries }),
  ];
  const caller = createCaller({
    ...{ engine, queries, log: { ...silentLogger, error: console.error }, now: () => now },
    toolbox: createToolbox({ tools: () => tools, policyOf: () => 'allow', onBug: () => {} }),
    placeOf: () => ({ sessionId: sessionOf('any'), cwd: root, root }),
    supervisor: {
      answer(request) {
        const isSummary = !request.verdictTools;
        const characters = isSummary ? summaryCharacters : replyCharacters;
        onCall(request, now, characters);
        const text = words(characters);
        const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
        const answer = { text, usage, model: request.model, stopReason: 'end_turn' };
        const verdict = { kind: 'reply', text } as const;
        return Promise.resolve({
          ok: true,
          kind: 'answer',
          answer: { ...answer, verdict, requestId: undefined },
        });
      },
      countTokens: () => Promise.resolve(undefined),
      probe: () => Promise.resolve({ ok: true, found: '' }),
    },
    settings: () => ({
      ...{
        provider: 'anthropic',
        model,
        summaryModel,
        maxTokens: 16_000,
        effort: null,
        cacheTtl: 'auto',
        holdAll: false,
      },
      limits: defaultLimits,
      instructions: readFileSync(join(root, 'resources', 'supervisor.md'), 'utf8'),
    }),
    ...{ price: () => ({ costUsd: 0, savedByCacheUsd: 0 }), mostTokens: () => undefined },
    onProgress: () => {},
  });
  bus.subscribe((event) => {
    const { type, seq, payload } = event;
    // As the token counter would, a little later.
    if (type === 'user_message' || type === 'agent_message') {
      store.setTokens(seq, Math.ceil(payload.text.length / charactersPerToken));
    }
    if (type === 'dispatch.queued') answered();
  });

  // The caller's own timers keep no process alive: in the relay, others do.
  const alive = setInterval(() => caller.run(), 1);

  return {
    /** From the session's word to the reply that it takes. */
    async exchange(spoken: Spoken): Promise<void> {
      now = Math.round(spoken.at);
      replyCharacters = spoken.replyCharacters;
      const reply = new Promise<void>((resolve) => {
        answered = resolve;
      });
      engine.execute(envelopeOf(spoken, words(spoken.characters), `${store.lastSeq()}.json`));
      caller.run();
      await reply;
      for (const { id } of [...engine.state.dispatches.values()]) {
        engine.execute({ kind: 'markWritten', dispatchId: id });
        engine.execute({ kind: 'markClaimed', dispatchId: id });
      }
    },
    async stop() {
      clearInterval(alive);
      await caller.stop();
      await shells.end();
      db.close();
    },
  };
}
