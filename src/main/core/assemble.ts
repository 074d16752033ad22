import path from 'node:path';
import { createSideCaller } from './aside/side-call.ts';
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
import { createEngine } from './engine/engine.ts';
import { noFault } from './fault-point.ts';
import { findInstallation } from './installation.ts';
import { createIntake } from './intake/intake.ts';
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
import type { Foundations } from './relay-foundations.ts';
import { callSettingsOf, mayCountTokens, policyOf } from './relay-settings.ts';
import { createRelayTools } from './relay-tools.ts';
import { createPastRequests } from './replay/past-request.ts';
import { createReplay } from './replay/replay.ts';
import { createRequestCalls } from './replay/request-calls.ts';
import { createClaudeCodeCalls } from './rpc/claude-code-calls.ts';
import { createHandlers } from './rpc/handlers.ts';
import { createListeners } from './rpc/listeners.ts';
import { createPort } from './rpc/router.ts';
import type { Backups } from './store/backup.ts';
import { createConfiguredSupervisor } from './supervisor/configured-supervisor.ts';
import { createPriceTable } from './supervisor/price-table.ts';
import { createWorkshop } from './workshop.ts';

/** Puts the parts together; this is the picture of docs/architecture.md in code. */
export async function assemble(foundations: Foundations) {
  const { home, settings, store, queries, log, version, host, atPoint = noFault } = foundations;
  const bus = createBus((error) => log.error({ error }, 'a subscriber failed'));
  const engine = createEngine({
    ...{ store, bus, atPoint },
    policy: () => policyOf(settings.current()),
  });
  const listeners = createListeners(log);
  const supervisor = createConfiguredSupervisor(foundations);
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
    onProgress: (progress) => listeners.tell({ kind: 'progress', ...progress }),
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
  const onCrash = (name: string, error: unknown) => log.error({ name, error }, 'a call failed');
  const port = createPort({ handlers, subscribe: listeners.add, onCrash });

  await tools.start();
  engine.execute({ kind: 'startRelay', version, pid: process.pid, host });
  // A key or a setting may have changed while no relay ran.
  engine.execute({ kind: 'recheck', why: 'start' });
  const unsubscribe = bus.subscribe((event) => {
    listeners.tell({ kind: 'event', event });
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

const backupProblem = (backups: Backups): string[] => {
  const problem = backups.problem();
  return problem === undefined ? [] : [problem];
};

const ownCommand = (): [string, string] => [
  process.execPath,
  path.join(findInstallation().root, 'out', 'main', 'cli.js'),
];
