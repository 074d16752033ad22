import path from 'node:path';
import type { StreamItem } from '#shared/rpc.ts';
import { createSideCaller } from './aside/side-call.ts';
import { installHooks } from './claude-code/install-hooks.ts';
import { removeAlive, writeAlive } from './claude-code/liveness.ts';
import { createPermissionDesk } from './claude-code/permission-desk.ts';
import { createCaller } from './conversation/caller.ts';
import { createTokenCounter } from './conversation/token-counter.ts';
import { createDemoWindow } from './demo-window.ts';
import { createDispatchFolder } from './dispatch/dispatch-folder.ts';
import { createDispatcher } from './dispatch/dispatcher.ts';
import { createHandOvers } from './dispatch/hand-over.ts';
import { createMailbox } from './dispatch/mailbox.ts';
import { createResumer } from './dispatch/resumer.ts';
import { createWaker } from './dispatch/waker.ts';
import { createDrives } from './drives/drives.ts';
import { createBus } from './engine/bus.ts';
import { createEngine, type Engine } from './engine/engine.ts';
import { type AtPoint, noFault } from './fault-point.ts';
import { findInstallation } from './installation.ts';
import { createIntake } from './intake/intake.ts';
import { openLasting, type PassingRelay } from './lasting-relay.ts';
import { createLearning } from './learning/learning.ts';
import { createMemory } from './memory/memory.ts';
import { memoryNote } from './memory/memory-note.ts';
import { createMemoryTools } from './memory/memory-tools.ts';
import {
  createOwnerNotifier,
  createOwnerReplies,
  createTestNotification,
} from './notify/owner-notifier.ts';
import { createPhoneCodes } from './notify/phone-codes.ts';
import type { RelayPort } from './relay-port.ts';
import { callSettingsOf, policyOf } from './relay-settings.ts';
import { createRelayTools } from './relay-tools.ts';
import { createPastRequests } from './replay/past-request.ts';
import { createReplay } from './replay/replay.ts';
import { createRequestCalls } from './replay/request-calls.ts';
import { createClaudeCodeCalls } from './rpc/claude-code-calls.ts';
import { createHandlers } from './rpc/handlers.ts';
import { createPort } from './rpc/router.ts';
import { type Home, homeRoot, openHome } from './settings/home.ts';
import { acquireLock, type LockResult } from './settings/lock.ts';
import { type Logger, openLogs } from './settings/logs.ts';
import type { SecretSource } from './settings/secret-source.ts';
import { credentialOf } from './settings/secrets.ts';
import { type SettingsStore, watchSettings } from './settings/settings.ts';
import { type Backups, createBackups } from './store/backup.ts';
import { watchDatabaseFile } from './store/database-file.ts';
import { createEventStore, type EventStore } from './store/event-store.ts';
import { guardStore } from './store/guarded-store.ts';
import { openHomeDatabase } from './store/open-home-database.ts';
import { createQueries, type Queries } from './store/queries.ts';
import { createRescue } from './store/rescue.ts';
import { writeFaultSentence } from './store/write-fault.ts';
import { createAnthropicSupervisor } from './supervisor/anthropic.ts';
import { createChosenSupervisor } from './supervisor/chosen-supervisor.ts';
import { createClaudeCodeSupervisor } from './supervisor/claude-code.ts';
import { createPriceTable } from './supervisor/price-table.ts';
import type { Supervisor } from './supervisor/supervisor.ts';
import { createWorkshop } from './workshop.ts';

export interface RelayOptions {
  /** Absent: `RELAY_HOME`, or `~/.relay`. */
  home?: string;
  env: NodeJS.ProcessEnv;
  host: 'headless' | 'desktop';
  version: string;
  /** Secrets that the host keeps outside of the home. */
  secrets?: SecretSource;
  /** Program and first arguments of the `relay` command; absent: this process's own Node. */
  command?: readonly [string, ...string[]];
  /** For tests of what a crash leaves behind. */
  atPoint?: AtPoint;
}

/** A relay at work. */
export interface Relay {
  port: RelayPort;
  home: Home;
  /** Ends everything in order; what was under way goes on at the next start. */
  stop(): Promise<void>;
}

export type OpenedRelay =
  | { ok: true; relay: Relay }
  /** `conflict`: another relay holds the home. The sentence says what to do. */
  | { ok: false; error: { code: 'conflict' | 'failed'; message: string } };

/** Opens a home, takes its lock and puts a relay to work on it. One relay per home. */
export async function openRelay(options: RelayOptions): Promise<OpenedRelay> {
  const instructions = path.join(findInstallation().resourcesDir, 'supervisor.md');
  const opened = openHome(options.home ?? homeRoot(options.env), instructions);
  if (!opened.ok) return failed(opened.error.message);
  const { home } = opened;
  const lock = tryLock(home, options.host);
  if ('message' in lock) return failed(lock.message);
  if (!lock.ok) {
    const { pid, host } = lock.holder;
    const message = `A ${host} relay (process ${pid}) already holds ${home.root}. Use it, or stop it first.`;
    return { ok: false, error: { code: 'conflict', message } };
  }
  const closing: Closing = [() => lock.release()];
  try {
    const lasting = await openLasting({
      open: (onGone) => openOn(home, options, onGone),
      // Each try has said so in the log.
      onError: () => undefined,
    });
    closing.push(() => lasting.stop());
    return { ok: true, relay: { port: lasting.port, home, stop: () => closeAll(closing) } };
  } catch (error) {
    await closeAll(closing);
    const why = error instanceof Error ? error.message : String(error);
    return failed(`A relay could not be started on ${home.root}: ${sentenceOf(error, why)}`);
  }
}

/** A folder that cannot be written is no bug, so it is told like one's own refusal. */
function tryLock(home: Home, host: string): LockResult | { message: string } {
  try {
    return acquireLock(home, { host });
  } catch (error) {
    const why = writeFaultSentence(error);
    if (why === undefined) throw error;
    return { message: `A relay could not be started on ${home.root}: ${why}` };
  }
}

const hoursInMs = (hours: number | null): number | null => hours && hours * 3_600_000;

const backupProblem = (backups: Backups): string[] => {
  const problem = backups.problem();
  return problem === undefined ? [] : [problem];
};

type Closing = (() => unknown)[];

/** @param onGone it must be opened anew, since its database was deleted */
async function openOn(
  home: Home,
  options: RelayOptions,
  onGone: () => void,
): Promise<PassingRelay> {
  const closing: Closing = [];
  try {
    const port = await openParts(home, options, onGone, closing);
    return { port, stop: () => closeAll(closing) };
  } catch (error) {
    await closeAll(closing);
    throw error;
  }
}

/** @param closing gets what has to be closed, also where it then fails */
async function openParts(
  home: Home,
  options: RelayOptions,
  onGone: () => void,
  closing: Closing,
): Promise<RelayPort> {
  const settings = watchSettings(home, options.env, options.secrets);
  closing.push(() => settings.close());
  const logs = await openLogs({
    folder: home.logs,
    level: settings.current().logs.level,
    secrets: settings.secrets,
  });
  closing.push(() => logs.close());
  settings.onChange(() => logs.setLevel(settings.current().logs.level));
  const log = logs.logger;
  try {
    const db = await openHomeDatabase(home, options.atPoint);
    closing.push(() => db.close());
    const backups = createBackups({
      ...{ db, database: home.database, folder: home.backups, log },
      everyMs: () => hoursInMs(settings.current().backups.everyHours),
      keep: () => settings.current().backups.keep,
    });
    closing.push(() => backups.stop());
    const file = watchDatabaseFile(home);
    const store = guardStore(createEventStore(db, options.atPoint), file);
    const rescue = createRescue(db, home.database, file);
    const keepDatabase = () => {
      if (rescue()) setImmediate(onGone);
    };
    const queries = createQueries(db);
    installHooks(home.root, findInstallation().resourcesDir);
    const diskTrouble = () => [logs.problem()].filter((problem) => problem !== undefined);
    const parts = await assemble({
      ...{ ...options, home, settings, store, queries, log, diskTrouble, backups, keepDatabase },
    });
    closing.push(parts.stop);
    writeAlive(home.root);
    closing.push(() => removeAlive(home.root));
    return parts.port;
  } catch (error) {
    log.error({ error }, 'the relay could not be started');
    throw error;
  }
}

/** In reverse; one that fails (a full disk) keeps no other from being closed. */
async function closeAll(closing: Closing): Promise<void> {
  for (let close = closing.pop(); close; close = closing.pop()) {
    try {
      await close();
    } catch {
      // What it leaves undone, the next start finds and does.
    }
  }
}

const sentenceOf = (error: unknown, why: string): string => writeFaultSentence(error) ?? why;

const failed = (message: string): OpenedRelay => ({
  ok: false,
  error: { code: 'failed', message },
});

interface Foundations extends Omit<RelayOptions, 'home'> {
  home: Home;
  settings: SettingsStore;
  store: EventStore;
  queries: Queries;
  log: Logger;
  /** What is wrong with the disk beside what the reactors meet. */
  diskTrouble: () => readonly string[];
  backups: Backups;
  keepDatabase: () => void;
}

/** Puts the parts together; this is the picture of docs/architecture.md in code. */
async function assemble(foundations: Foundations) {
  const { home, settings, store, queries, log, version, host, atPoint = noFault } = foundations;
  const bus = createBus((error) => log.error({ error }, 'a subscriber failed'));
  const engine = createEngine({
    ...{ store, bus, atPoint },
    policy: () => policyOf(settings.current()),
  });
  const listeners = new Set<(item: StreamItem) => void>();
  const tell = (item: StreamItem) => {
    for (const listener of [...listeners]) {
      try {
        listener(item);
      } catch (error) {
        log.error({ error }, 'a listener failed');
      }
    }
  };
  const supervisor = supervisorOf(foundations);
  const prices = createPriceTable(settings);
  const holdAll = () => settings.current().escalation.hold === 'all';

  const intake = createIntake({ home, engine, queries, log, atPoint });
  const mailbox = createMailbox(home.dispatch);
  const handOvers = createHandOvers({
    ...{ engine, store, mailbox },
    transcriptOf: (sessionId) => queries.transcriptOf(sessionId),
  });
  const resumer = createResumer({
    ...{ engine, store, mailbox, handOvers, log, atPoint },
    isAllowed: () => settings.current().claudeCode.resume,
    env: foundations.env,
  });
  const dispatcher = createDispatcher({
    ...{ engine, store, mailbox, holdAll, handOvers, atPoint },
    folder: createDispatchFolder(home),
  });
  const permissionDesk = createPermissionDesk({
    ...{ dispatchDir: home.dispatch, engine, store, env: foundations.env, log },
  });
  const waker = createWaker({ home, engine });
  const memory = createMemory({ engine, queries });
  const drives = createDrives({
    ...{ bus, store, queries },
    settings: () => settings.current().drives,
  });
  const tools = createRelayTools({
    ...{ home: home.root, env: foundations.env, engine, bus, settings, log },
    more: createMemoryTools({ memory, queries }),
  });
  const caller = createCaller({
    ...{ engine, queries, supervisor, log, atPoint },
    toolbox: tools.toolbox,
    placeOf: tools.placeOf,
    asideFor: ({ sessionId, conversationId }) =>
      memoryNote({
        facts: memory.facts(conversationId),
        sessionId,
        brief: sessionId ? memory.brief(sessionId) : null,
      }),
    drivesFor: ({ sessionId }) => (sessionId ? drives.note(sessionId) : ''),
    settings: () => callSettingsOf(settings),
    price: prices.price,
    mostTokens: prices.mostTokens,
    onProgress: (progress) => tell({ kind: 'progress', ...progress }),
  });
  const tokenCounter = createTokenCounter({
    ...{ store, supervisor },
    model: () => settings.current().supervisor.model,
    mayCall: () => mayCountTokens(engine, settings),
  });
  const codes = createPhoneCodes(home.state);
  const notifier = createOwnerNotifier({ engine, settings, codes, log });
  const phoneReplies = createOwnerReplies({ engine, settings, codes, log });
  const workshop = createWorkshop({
    ...{
      home,
      engine,
      intake,
      dispatcher,
      permissionDesk,
      waker,
      resumer,
      caller,
      tokenCounter,
      notifier,
      phoneReplies,
      log,
      diskTrouble: foundations.diskTrouble,
      backups: foundations.backups,
      keepDatabase: foundations.keepDatabase,
    },
  });

  const demo = createDemoWindow(foundations.command ?? ownCommand());
  const sideCaller = createSideCaller({
    ...{ engine, supervisor, price: prices.price },
    policy: () => policyOf(settings.current()),
  });
  const aside = {
    ...{ store, queries, sideCaller, record: engine.execute },
  };
  const requests = createPastRequests({ queries, settings: () => callSettingsOf(settings) });
  const request = createRequestCalls({
    ...{ store, requests },
    toolsOf: ({ sessionId, conversationId }) =>
      conversationId ? tools.toolbox.definitions(tools.placeOf({ sessionId, conversationId })) : [],
  });
  const replay = createReplay({ ...aside, requests });
  const learning = createLearning({
    ...{ ...aside, settings, callSettings: () => callSettingsOf(settings) },
  });

  const startedAt = Date.now();
  const handlers = createHandlers({
    ...{ engine, store, queries, settings, supervisor, memory, drives, request },
    ...{ replay, learning },
    claudeCode: createClaudeCodeCalls({
      ...{ home: home.root, env: foundations.env },
      resourcesDir: findInstallation().resourcesDir,
    }),
    prices: prices.list,
    toolbox: tools.toolbox,
    plugIns: tools.plugIns,
    sendTestNotification: createTestNotification({ settings, log }),
    openDemo: demo.open,
    identity: { home: home.root, pid: process.pid, version, host, startedAt },
    problems: () => [
      ...prices.problems(),
      ...tools.problems(),
      ...drives.problems(),
      ...workshop.problems(),
      ...backupProblem(foundations.backups),
    ],
  });
  const subscribe = (listener: (item: StreamItem) => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const onCrash = (name: string, error: unknown) => log.error({ name, error }, 'a call failed');
  const port = createPort({ handlers, subscribe, onCrash });

  await tools.start();
  engine.execute({ kind: 'startRelay', version, pid: process.pid, host });
  // A key or a setting may have changed while no relay ran.
  engine.execute({ kind: 'recheck', why: 'start' });
  const unsubscribe = bus.subscribe((event) => {
    tell({ kind: 'event', event });
    workshop.wake();
  });
  const leaveSettings = settings.onChange(({ settings: changed, secrets }) => {
    if (changed.length + secrets.length > 0) workshop.recheck('settings');
    workshop.wake();
  });
  workshop.start();

  return {
    port,
    async stop() {
      demo.close();
      sideCaller.stop();
      await workshop.stop();
      await tools.stop();
      unsubscribe();
      drives.stop();
      leaveSettings();
      engine.execute({ kind: 'stopRelay' });
      engine.saveSnapshot();
    },
  };
}

const ownCommand = (): [string, string] => [
  process.execPath,
  path.join(findInstallation().root, 'out', 'main', 'cli.js'),
];

function supervisorOf({ home, settings, log, env }: Foundations): Supervisor {
  const idleTimeoutMs = () => settings.current().supervisor.idleTimeoutSeconds * 1000;
  return createChosenSupervisor(() => settings.current().supervisor.provider, {
    anthropic: createAnthropicSupervisor({
      credential: () => {
        const held = credentialOf(settings.secrets());
        if (!held) return undefined;
        const value = held.secret.reveal();
        return held.kind === 'api-key' ? { apiKey: value } : { authToken: value };
      },
      baseUrl: () => settings.current().supervisor.baseUrl ?? undefined,
      idleTimeoutMs,
      logger: log,
    }),
    'claude-code': createClaudeCodeSupervisor({
      env,
      emptyDir: path.join(home.state, 'empty'),
      idleTimeoutMs,
      logger: log,
    }),
  });
}

/** Counting is free, but it is a call all the same: none while paused, blocked or without a key. */
function mayCountTokens({ state }: Engine, settings: SettingsStore): boolean {
  if (settings.current().supervisor.provider !== 'anthropic') return false;
  return !state.paused && !state.block && credentialOf(settings.secrets()) !== undefined;
}
