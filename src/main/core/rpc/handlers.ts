import { homedir } from 'node:os';
import type { RelayEvent } from '#shared/events.ts';
import type { ToolPlugIn } from '#shared/models.ts';
import type { RpcHandlers, RpcName, RpcOutput, RpcParsedInput, RpcResult } from '#shared/rpc.ts';
import { settingDefinitions, settingValue } from '#shared/settings.ts';
import type { DemoWindow } from '../demo-window.ts';
import type { Drives } from '../drives/drives.ts';
import type { Command } from '../engine/command.ts';
import type { Engine, Outcome } from '../engine/engine.ts';
import type { createLearning } from '../learning/learning.ts';
import type { Memory } from '../memory/memory.ts';
import type { createReplay } from '../replay/replay.ts';
import type { createRequestCalls } from '../replay/request-calls.ts';
import type { EditResult } from '../settings/edits.ts';
import { credentialOf } from '../settings/secrets.ts';
import type { SettingsStore } from '../settings/settings.ts';
import type { EventStore } from '../store/event-store.ts';
import type { Queries } from '../store/queries.ts';
import { writeFaultSentence } from '../store/write-fault.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import type { createClaudeCodeCalls } from './claude-code-calls.ts';
import { createDriveCalls } from './drive-calls.ts';
import { exportConversation } from './export-call.ts';
import { importHistory } from './import-call.ts';
import { createMemoryCalls } from './memory-calls.ts';
import { createScoreCalls } from './score-calls.ts';
import {
  costHours,
  costRows,
  costSummary,
  countQueued,
  inboxItems,
  relayStateName,
  sessionSummaries,
  todayUsd,
  waitingList,
} from './views.ts';

export interface HandlerOptions {
  engine: Engine;
  store: EventStore;
  queries: Queries;
  settings: SettingsStore;
  supervisor: Supervisor;
  memory: Memory;
  drives: Drives;
  request: ReturnType<typeof createRequestCalls>;
  replay: ReturnType<typeof createReplay>;
  learning: ReturnType<typeof createLearning>;
  /** What does not change while the relay runs. */
  identity: {
    home: string;
    pid: number;
    version: string;
    host: 'headless' | 'desktop';
    startedAt: number;
  };
  claudeCode: ReturnType<typeof createClaudeCodeCalls>;
  toolbox: Toolbox;
  plugIns: () => Promise<ToolPlugIn[]>;
  prices: () => RpcOutput<'prices.list'>;
  /** A sentence when the owner's phone could not be reached. */
  sendTestNotification: () => Promise<string | undefined>;
  openDemo: DemoWindow['open'];
  /** Sentences on what is wrong right now, beside the settings' own. */
  problems: () => readonly string[];
  now?: () => number;
}

type Handlers = {
  [N in RpcName]: (
    input: RpcParsedInput<N>,
  ) => RpcResult<RpcOutput<N>> | Promise<RpcResult<RpcOutput<N>>>;
};

/** What each call of the contract does on the relay of this process. */
export function createHandlers(options: HandlerOptions): RpcHandlers {
  const { engine, store, queries, settings, supervisor, identity, now = Date.now } = options;
  const { claudeCode, toolbox, drives } = options;

  const value = <T>(found: T): RpcResult<T> => ({ ok: true, value: found });
  const events = (found: RelayEvent[]) => value({ events: found });
  const carryOut = (command: Command): RpcResult<Record<string, never>> => {
    const outcome = execute(command);
    return outcome.ok ? { ok: true, value: {} } : outcome;
  };
  /** A store that cannot be written is no bug: the owner is told what to do about it. */
  const attempt = (command: () => Outcome): RpcResult<readonly RelayEvent[]> => {
    try {
      const outcome = command();
      return outcome.ok
        ? { ok: true, value: outcome.events }
        : { ok: false, error: outcome.refusal };
    } catch (error) {
      const sentence = writeFaultSentence(error);
      if (sentence === undefined) throw error;
      return { ok: false, error: { code: 'unavailable', message: `Not done. ${sentence}` } };
    }
  };

  const execute = (command: Command) => attempt(() => engine.execute(command));
  /** Of the first; the others follow from it and are committed with it. */
  const executeAll = (commands: readonly [Command, ...Command[]]) =>
    attempt(() => firstOf(engine.executeAll(commands)));

  const status = (): RpcOutput<'status'> => ({
    ...identity,
    userHome: homedir(),
    state: relayStateName(engine.state),
    paused: engine.state.paused,
    queued: countQueued(engine.state),
    sessions: engine.state.sessions.size,
    inbox: engine.state.items.size,
    todayUsd: todayUsd(engine.state, now()),
    seq: store.lastSeq(),
    waiting: waitingList(engine.state),
    budgetPerDayUsd: settings.current().budget.perDayUsd,
    rejected: queries.countRejected(),
    problems: [...settings.problems(), ...options.problems()],
  });
  const inbox = () => inboxItems(engine.state, queries, store.event);
  const sessions = () => sessionSummaries(engine.state, queries);
  const cost = () => costSummary(engine.state, queries, now());

  const scores = createScoreCalls({ queries, now, drives, attempt: executeAll });

  const handlers: Handlers = {
    status: () => value(status()),
    'inbox.list': () => value(inbox()),
    'sessions.list': () => value(sessions()),
    'cost.summary': () => value(cost()),
    'cost.hours': () => value(costHours(queries, now())),
    'cost.rows': () => value(costRows(queries, now())),
    'prices.list': () => value(options.prices()),
    'envelopes.rejected': () => value(queries.rejected(200)),
    snapshot: () =>
      value({
        seq: store.lastSeq(),
        status: status(),
        inbox: inbox(),
        sessions: sessions(),
        cost: cost(),
      }),
    'events.page': (input) => value(store.page(input)),
    'events.after': ({ after, limit }) =>
      value({ events: store.after(after, limit), lastSeq: store.lastSeq() }),
    'exchange.events': ({ exchangeId }) => events(store.ofExchange(exchangeId)),
    ...scores,
    'exchange.score': (input) => {
      if (store.ofExchange(input.exchangeId).length > 0) return scores['exchange.score'](input);
      const message = `There is no exchange ${input.exchangeId}. See: relay tail`;
      return { ok: false, error: { code: 'not-found', message } };
    },
    ...createDriveCalls({ engine, drives, carryOut }),
    'exchange.request': options.request,
    'exchange.replay': options.replay,
    'instructions.propose': options.learning.propose,
    'instructions.apply': options.learning.apply,
    ...createMemoryCalls({ engine, store, queries, memory: options.memory, attempt }),
    'settings.get': () => value(settingsView(settings)),
    'settings.set': ({ key, value: wanted }) => editAnswer(settings.set(key, wanted)),
    'secret.set': ({ name, value: secret }) => editAnswer(settings.setSecret(name, secret)),
    'instructions.get': () => value({ text: settings.instructions() }),
    'instructions.set': ({ text }) => editAnswer(settings.setInstructions(text)),
    'ntfy.test': async () => {
      const failure = await options.sendTestNotification();
      if (failure === undefined) return value({});
      return { ok: false, error: { code: 'unavailable', message: failure } };
    },
    'claudeCode.status': () => claudeCode.status(),
    'claudeCode.planConnect': ({ scope }) => claudeCode.planConnect(scope),
    'claudeCode.planDisconnect': ({ file }) => claudeCode.planDisconnect(file),
    'claudeCode.connect': ({ scope, diff }) => claudeCode.connect(scope, diff),
    'claudeCode.disconnect': ({ file, diff }) => claudeCode.disconnect(file, diff),
    'conversation.export': (input) => exportConversation(store, input),
    'supervisor.probe': async () => {
      const { model } = settings.current().supervisor;
      const found = await supervisor.probe(model, AbortSignal.timeout(30_000));
      return value({ ok: found.ok, message: found.ok ? found.found : found.fault.message });
    },
    'demo.open': async () => {
      const opened = await options.openDemo();
      if (opened.ok) return value({ url: opened.url });
      return { ok: false, error: { code: 'failed', message: opened.message } };
    },
    'relay.pause': ({ via }) => carryOut({ kind: 'pause', via }),
    'relay.resume': ({ via }) => carryOut({ kind: 'resume', via }),
    'inbox.answer': (input) => carryOut({ kind: 'answerItem', ...input }),
    'inbox.approve': (input) => carryOut({ kind: 'approveItem', ...input }),
    'inbox.dismiss': (input) => carryOut({ kind: 'dismissItem', ...input }),
    'session.send': (input) => carryOut({ kind: 'sendDirect', ...input }),
    'owner.say': ({ text, via, conversationId }) =>
      carryOut({ kind: 'say', text, via, conversationId: conversationId ?? null }),
    'session.setAutonomy': (input) => carryOut({ kind: 'setAutonomy', ...input }),
    'session.setMuted': (input) => carryOut({ kind: 'setMuted', ...input }),
    'tools.list': ({ sessionId }) => {
      const session = sessionId && engine.state.sessions.get(sessionId);
      return value(toolbox.list(session ? session.toolPolicies : new Map()));
    },
    'plugIns.list': async () => value(await options.plugIns()),
    'session.setToolPolicy': (input) => carryOut({ kind: 'setToolPolicy', ...input }),
    'session.move': (input) => carryOut({ kind: 'moveSession', ...input }),
    'history.import': (input) => importHistory(input, { queries, execute }),
  };

  return {
    handle(name, input) {
      return handlers[name](input);
    },
  };
}

function firstOf([first]: readonly Outcome[]): Outcome {
  if (!first) throw new Error('a command has exactly one outcome');
  return first;
}

function editAnswer(result: EditResult): RpcResult<Record<string, never>> {
  return result.ok ? { ok: true, value: {} } : result;
}

function settingsView(settings: SettingsStore): RpcOutput<'settings.get'> {
  const current = settings.current();
  const secrets = settings.secrets();
  return {
    values: settingDefinitions.map(({ path }) => ({
      key: path,
      value: settingValue(current, path),
      origin: settings.origin(path),
    })),
    problems: [...settings.problems()],
    ntfyTopic: secrets.RELAY_NTFY_TOPIC?.secret.reveal() ?? '',
    hasCredential: credentialOf(secrets) !== undefined,
  };
}
