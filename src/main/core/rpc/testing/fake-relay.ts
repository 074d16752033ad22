import type { RelayEvent } from '#shared/events.ts';
import type { SessionId } from '#shared/ids.ts';
import type { CostSummary, InboxItem, SessionSummary, Status } from '#shared/models.ts';
import type { RpcHandlers, RpcName, RpcResult, StreamItem } from '#shared/rpc.ts';
import { noUsage } from '#shared/usage.ts';
import type { RelayPort } from '../../relay-port.ts';
import { createPort } from '../router.ts';

/** For tests of what stands around a relay: keeps events in memory and records every command. */
export interface FakeRelay {
  port: RelayPort;
  handlers: RpcHandlers;
  /** Commands and queries in the order they came, with their parsed input. */
  calls: { name: RpcName; input: unknown }[];
  crashes: { name: string; error: unknown }[];
  /** Commits an event of the fake's own and tells the subscribers. */
  commit(text: string): RelayEvent;
  publish(item: StreamItem): void;
  subscriberCount(): number;
  /** Answers this name with this from now on; a function may throw. */
  answer(name: RpcName, result: RpcResult<unknown> | (() => never)): void;
}

export function createFakeRelay(options: { home?: string } = {}): FakeRelay {
  const events: RelayEvent[] = [];
  const subscribers = new Set<(item: StreamItem) => void>();
  const calls: FakeRelay['calls'] = [];
  const crashes: FakeRelay['crashes'] = [];
  const answers = new Map<RpcName, RpcResult<unknown> | (() => never)>();

  function standard(name: RpcName, input: unknown): unknown {
    switch (name) {
      case 'status':
        return fakeStatus(options.home ?? '/home/of/nobody', events.length);
      case 'inbox.list':
        return fakeInbox;
      case 'sessions.list':
        return fakeSessions;
      case 'cost.summary':
        return fakeCost;
      case 'events.after': {
        const { after, limit } = input as { after: number; limit: number };
        return { events: events.slice(after, after + limit), lastSeq: events.length };
      }
      case 'events.page':
        return { events: events.slice(-20), more: false };
      case 'snapshot':
        return {
          seq: events.length,
          status: fakeStatus(options.home ?? '/home/of/nobody', events.length),
          inbox: fakeInbox,
          sessions: fakeSessions,
          cost: fakeCost,
        };
      default:
        return {};
    }
  }

  const handlers: RpcHandlers = {
    handle(name, input) {
      calls.push({ name, input });
      const answer = answers.get(name);
      const result =
        typeof answer === 'function'
          ? answer()
          : (answer ?? { ok: true, value: standard(name, input) });
      // The fake's values are checked against the contract by a test of its own.
      return result as never;
    },
  };
  const publish = (item: StreamItem) => {
    for (const subscriber of subscribers) subscriber(item);
  };
  return {
    handlers,
    calls,
    crashes,
    publish,
    port: createPort({
      handlers,
      subscribe: (onItem) => {
        subscribers.add(onItem);
        return () => subscribers.delete(onItem);
      },
      onCrash: (name, error) => crashes.push({ name, error }),
    }),
    commit(text) {
      const event = fakeEvent(events.length + 1, text);
      events.push(event);
      publish({ kind: 'event', event });
      return event;
    },
    subscriberCount: () => subscribers.size,
    answer: (name, result) => answers.set(name, result),
  };
}

const fakeSessionId = 'session-1' as SessionId;
/** 2026-03-01 10:00 UTC; any fixed time will do. */
const fakeNow = 1_772_359_200_000;

function fakeEvent(seq: number, text: string): RelayEvent {
  return {
    seq,
    id: `event-${seq}`,
    tsNs: `${fakeNow + seq}000000`,
    at: fakeNow + seq,
    type: 'user_message',
    payload: { author: 'session', text, via: null },
    tokens: 0,
    sessionId: fakeSessionId,
    conversationId: null,
    exchangeId: null,
    toolUseId: null,
  };
}

function fakeStatus(home: string, seq: number): Status {
  return {
    userHome: '/home/jc',
    state: 'needs-owner',
    paused: false,
    queued: 2,
    sessions: 1,
    inbox: 1,
    todayUsd: 1.84,
    home,
    pid: process.pid,
    version: '0.1.0',
    host: 'headless',
    startedAt: fakeNow,
    seq,
    waiting: [],
    budgetPerDayUsd: 10,
    rejected: 0,
    problems: [],
  };
}

const fakeInbox: InboxItem[] = [
  {
    id: 'i1' as InboxItem['id'],
    kind: 'escalation',
    sessionId: fakeSessionId,
    exchangeId: null,
    conversationId: null,
    title: 'api-server',
    code: null,
    summary: 'Drop the table?',
    proposal: 'No, rename it.',
    reasoning: 'It cannot be undone.',
    holds: true,
    openedAt: fakeNow,
  },
];

const fakeSessions: SessionSummary[] = [
  {
    id: fakeSessionId,
    title: 'api-server',
    cwd: '/src/api-server',
    state: 'needs-owner',
    detail: 'waits for you',
    autonomy: 'auto',
    conversationId: 'api-server' as SessionSummary['conversationId'],
    exchanges: 3,
    costUsd: 0.42,
    lastSeenAt: fakeNow,
    lastWords: 'All 42 tests pass.',
    muted: false,
  },
];

const fakeCostLine = {
  ...{ usd: 1.84, estimatedUsd: 0, calls: 41 },
  tokens: { ...noUsage, input: 1200, output: 340 },
};

const fakeCost: CostSummary = {
  todayUsd: 1.84,
  totalUsd: 7.5,
  estimatedUsd: 0,
  calls: 41,
  tokens: { input: 1200, output: 340, cacheRead: 90_000, cacheWrite5m: 4000, cacheWrite1h: 0 },
  bySession: [{ key: 'session-1', ...fakeCostLine }],
  byModel: [{ key: 'claude-sonnet-5-5', ...fakeCostLine }],
  byDay: [{ key: '2026-03-01', ...fakeCostLine }],
  byPurpose: [{ key: 'answer', ...fakeCostLine }],
  savedByCacheUsd: 0.7,
  unpricedCalls: 0,
};
