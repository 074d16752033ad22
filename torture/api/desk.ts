import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { blocksOf } from '#demo/messages-api/request-rules.ts';
import { type Answer, type MessagesCall, startMessagesApi } from '#demo/messages-api.ts';
import type { EventType, RelayEvent } from '#shared/events.ts';
import { type RelayRun, startRelayRun } from '../relay-run.ts';
import type { CallKind } from './cells.ts';
import { type FaultyWire, startFaultyWire } from './faulty-wire.ts';

/** A relay, a Messages API, and the wire between them. */
export interface Desk {
  relay: RelayRun;
  wire: FaultyWire;
  /** Everything committed, as far as it was looked at. */
  readonly events: readonly RelayEvent[];
  /** What the supervisor is to do about a mark. */
  expect(mark: string, kind: CallKind): void;
  /** Whole texts that the API said about a mark, in order. */
  said(mark: string): readonly string[];
  /** A session says something. */
  say(mark: string, words: string): void;
  of<T extends EventType>(type: T, mark: string): RelayEvent<T>[];
  /** Waits until something is so of what is committed, files or the wire; false when it never is. */
  becomes(isSo: () => boolean): Promise<boolean>;
  /** What `input.txt` of the session holds, which is taken; undefined when there is none. */
  take(mark: string): string | undefined;
  takeRelease(mark: string): boolean;
  close(): Promise<void>;
}

const deadlineMs = 30_000;

/** Waits short enough to see many of them; each session a conversation of its own, which moves soon. */
export const firstWaitMs = 50;
/** Many times what a loaded machine may take for anything else. */
export const idleMs = 6000;
const config = `faults:
  firstWaitSeconds: ${firstWaitMs / 1000}
  longestWaitSeconds: 0.2
  recheckSeconds: 0.4
  tellOwnerAfterSeconds: 600
supervisor:
  idleTimeoutSeconds: ${idleMs / 1000}
conversation:
  scope: session
  budgetTokens: 6000
  verbatimTurns: 2
guards:
  exchangesWithoutOwner: null
  pingPongRepeats: null
budget:
  perDayUsd: null
  perSessionUsd: null
`;

export async function openDesk(): Promise<Desk> {
  const kinds = new Map<string, CallKind>();
  const said = new Map<string, string[]>();
  const api = await startMessagesApi({ script: (call) => answerTo(call, kinds, said) });
  const wire = await startFaultyWire(api);
  const env = { ANTHROPIC_API_KEY: api.key, ANTHROPIC_BASE_URL: wire.url };
  const relay = await startRelayRun({ config, env });
  const events: RelayEvent[] = [];
  const text = 'Answer with the next step, in one sentence.';
  await relay.call('instructions.set', { text });

  const fileOf = (mark: string, name: string) => path.join(relay.home, 'dispatch', mark, name);
  return {
    ...{ relay, wire, events },
    expect: (mark, kind) => void kinds.set(mark, kind),
    said: (mark) => said.get(mark) ?? [],
    say(mark, words) {
      const content = `${mark}: ${words}`;
      const hidden = path.join(relay.home, 'queue', `.${mark}`);
      writeFileSync(hidden, JSON.stringify({ session_id: mark, content }));
      renameSync(hidden, path.join(relay.home, 'queue', `${mark}-${Date.now()}.json`));
    },
    // The filter leaves exactly those of the type.
    of: (type, mark) =>
      events.filter((event) => event.type === type && event.sessionId === mark) as never,
    async becomes(isSo) {
      const deadline = Date.now() + deadlineMs;
      for (;;) {
        events.push(...(await relay.newEvents()));
        if (isSo()) return true;
        if (Date.now() > deadline || !relay.isAlive()) return false;
        await delay(10);
      }
    },
    take(mark) {
      const file = fileOf(mark, 'input.txt');
      if (!existsSync(file)) return undefined;
      const words = readFileSync(file, 'utf8');
      rmSync(file);
      return words;
    },
    takeRelease(mark) {
      const file = fileOf(mark, 'release');
      const isThere = existsSync(file);
      rmSync(file, { force: true });
      return isThere;
    },
    async close() {
      await relay[Symbol.asyncDispose]();
      await wire.close();
      await api.close();
    },
  };
}

const pace = { chunkChars: 8 };

function answerTo(
  call: MessagesCall,
  kinds: ReadonlyMap<string, CallKind>,
  said: Map<string, string[]>,
): Answer {
  const { body, lastText, number } = call;
  const mark =
    JSON.stringify(body.messages)
      .match(/\b(?:cell|beside)-\d+\b/g)
      ?.at(-1) ?? 'none';
  if (body.model === 'claude-haiku-5-5') {
    return { text: `They went on with ${mark}, step by step.`, ...pace };
  }
  const last = body.messages.at(-1);
  // In the same answer, or as Relay's record where the answer was begun anew.
  const isAfterTools =
    (last ? blocksOf(last).some(({ type }) => type === 'tool_result') : false) ||
    JSON.stringify(body.messages).includes('<tool_response');
  const kind = kinds.get(mark);
  if ((kind === 'tool' || kind === 'after-tools') && !isAfterTools) {
    const input = { text: `The port of ${mark} is 8080.` };
    return { text: `Let me note that of ${mark} first.`, tool: 'remember', input, ...pace };
  }
  if (kind === 'escalate' && !lastText.includes('Approved.')) {
    const input = { question: `May ${mark} go on?`, proposal: 'Yes.', reasoning: 'It may.' };
    return { text: '', tool: 'escalate', input, ...pace };
  }
  if (kind === 'finish') {
    return { text: '', tool: 'finish', input: { reason: `All of ${mark} is done.` }, ...pace };
  }
  // Letters that take several bytes, so that they are torn apart with the rest.
  const text = `To ${mark}, by request ${number}: run the tests again – déjà vu, 你好 – and show me their end.`;
  said.set(mark, [...(said.get(mark) ?? []), text]);
  return { text, ...pace };
}
