import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SessionId } from '#shared/ids.ts';
import { Settings } from '#shared/settings.ts';
import { noUsage } from '#shared/usage.ts';
import { policyOf } from '../relay-settings.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { createEventStore } from '../store/event-store.ts';
import { createBus } from './bus.ts';
import { createEngine, type Engine } from './engine.ts';

/** What SQLite calls a commit with and without an fsync. */
const full = 2;
const normal = 1;

let folder: string;
let db: Database;
let engine: Engine;
let flushes: number;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'relay-test-'));
  db = await openDatabase(path.join(folder, 'relay.db'));
  flushes = 0;
  const store = createEventStore(db);
  const counted = {
    ...store,
    flush() {
      flushes += 1;
      store.flush();
    },
  };
  const bus = createBus((error) => expect.unreachable(String(error)));
  engine = createEngine({ store: counted, bus, policy: () => policyOf(Settings.parse({})) });
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

const synchronous = () => db.pragma('synchronous', { simple: true });

/** A session has spoken and the supervisor is being asked. */
function speak() {
  const facts = {
    ...{ name: 'a.json', fileKey: 'key', envelopeId: null, sentAt: null, sizeBytes: 2 },
    ...{ title: null, cwd: null, source: null, meta: {}, extra: {}, hookEvent: null },
    ...{ projectRoot: null, claudePid: null, attended: null },
  };
  // A literal that fits the brand.
  const sessionId = 'session-1' as SessionId;
  const word = { kind: 'said', text: 'Done.', saidKey: 'said' } as const;
  engine.execute({ kind: 'acceptEnvelope', sessionId, facts, word });
}

function start() {
  const [exchangeId] = engine.state.exchanges.keys();
  if (!exchangeId) return expect.unreachable('an exchange is open');
  const facts = { exchangeId, purpose: 'answer', model: 'claude-sonnet-5-5' } as const;
  const range = { maxTokens: 1, fromSeq: 1, toSeq: 1, estimatedTokens: 1 };
  engine.execute({ kind: 'startCall', ...facts, ...range });
  const callId = engine.state.exchanges.get(exchangeId)?.callId;
  return callId ? { ...facts, callId } : expect.unreachable('a call was started');
}

function finish(call: ReturnType<typeof start>) {
  const money = { usage: noUsage, costUsd: 0, savedByCacheUsd: 0 };
  const end = { stopReason: 'end_turn', requestId: null, firstTextMs: 1, durationMs: 2 };
  const verdict = { kind: 'reply', text: 'Go on.' } as const;
  engine.execute({ kind: 'finishCall', ...call, ...money, ...end, verdict });
}

test('an envelope and the start of a call are on disk by and by', () => {
  speak();
  expect(synchronous()).toBe(normal);
  start();
  expect(synchronous()).toBe(normal);
  engine.flush();
  expect(flushes).toBe(0);
});

test('a reply that is not dispatched at once is flushed, once', () => {
  speak();
  finish(start());
  engine.flush();
  engine.flush();
  expect(flushes).toBe(1);
});

test('a dispatch takes the reply before it along', () => {
  speak();
  finish(start());
  const [dispatchId] = engine.state.dispatches.keys();
  if (!dispatchId) return expect.unreachable('a dispatch is queued');
  engine.execute({ kind: 'markWritten', dispatchId });
  expect(synchronous()).toBe(full);
  engine.flush();
  expect(flushes).toBe(0);
});
