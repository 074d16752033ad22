import { renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Engine } from '../engine/engine.ts';
import type { PermissionState } from '../engine/state.ts';
import { keepFolder } from '../own-folder.ts';
import type { Logger } from '../settings/logs.ts';
import type { EventStore } from '../store/event-store.ts';
import { findClaude, openSessions } from './claude-program.ts';
import { processStart } from './liveness.ts';
import { permissionAnswer } from './permission-answer.ts';
import { type ToolWatch, watchToolUse } from './transcript.ts';

export interface PermissionDeskOptions {
  /** The folder `dispatch/`. */
  dispatchDir: string;
  engine: Engine;
  store: EventStore;
  env: NodeJS.ProcessEnv;
  log: Logger;
  now?: () => number;
}

/**
 * Carries the owner's answers to the hooks that wait for them, and notices what was answered in the
 * terminal, which tells nobody: Claude Code neither ends the hook nor runs another. It keeps nothing
 * that does not follow from the state and the files.
 */
export interface PermissionDesk {
  /** Does what is due; cheap while nothing is open. */
  run(): void;
  stop(): void;
}

/** What is remembered of one request; all of it can be found out again. */
interface Case {
  /** Start of the hook's process when it was first seen; undefined when it was already gone. */
  hookStart: string | undefined;
  input: unknown;
  transcript: ToolWatch | undefined;
  isAnswerWritten: boolean;
}

const firstLookAfterMs = 5_000;
/** Asking Claude Code itself takes a process of 0.2 s: often at first, then now and then. */
const looksWithinMs = 120_000;
const earlyEveryMs = 5_000;
const lateEveryMs = 30_000;

export function createPermissionDesk(options: PermissionDeskOptions): PermissionDesk {
  const { dispatchDir, engine, store, env, log, now = Date.now } = options;
  const cases = new Map<string, Case>();
  let lookedAt = 0;
  let isLooking = false;
  let isStopped = false;

  function run(): void {
    const { permissions } = engine.state;
    for (const request of cases.keys()) if (!permissions.has(request)) cases.delete(request);
    for (const permission of [...permissions.values()]) {
      const known = cases.get(permission.request) ?? open(permission);
      if (permission.answer) settle(permission, known);
      else if (!isHookThere(permission, known)) withdraw(permission, null);
      else if (known.transcript?.isOver()) withdraw(permission, 'terminal');
    }
    lookAtTerminals();
  }

  function open(permission: PermissionState): Case {
    const { request, tool, transcript, askedAt, seq, hookPid } = permission;
    const event = store.event(seq);
    const input = event?.type === 'permission.asked' ? event.payload.input : undefined;
    const found: Case = {
      hookStart: hookPid === null ? undefined : processStart(hookPid),
      input,
      transcript:
        transcript === null ? undefined : watchToolUse(transcript, { tool, input, askedAt }),
      isAnswerWritten: false,
    };
    cases.set(request, found);
    return found;
  }

  function isHookThere({ hookPid }: PermissionState, { hookStart }: Case): boolean {
    return hookPid !== null && hookStart !== undefined && processStart(hookPid) === hookStart;
  }

  function withdraw({ request }: PermissionState, via: 'terminal' | null): void {
    engine.execute({ kind: 'withdrawPermission', request, via });
  }

  /** The answer is written once, and what nobody took is removed when nobody is there to take it. */
  function settle(permission: PermissionState, known: Case): void {
    const { request, answer, tool } = permission;
    const file = path.join(dispatchDir, permission.sessionId, `${request}.json`);
    if (!isHookThere(permission, known)) {
      rmSync(file, { force: true });
      engine.execute({ kind: 'closePermission', request });
      return;
    }
    if (known.isAnswerWritten || !answer) return;
    keepFolder(dispatchDir);
    keepFolder(path.dirname(file));
    const json = JSON.stringify(permissionAnswer(tool, known.input, answer));
    const part = path.join(path.dirname(file), `.${request}.part`);
    writeFileSync(part, `${json}\n`, { mode: 0o600 });
    renameSync(part, file);
    known.isAnswerWritten = true;
  }

  /** While a command that was allowed in the terminal still runs, only Claude Code itself knows that
   * it no longer asks. */
  function lookAtTerminals(): void {
    const asked = [...engine.state.permissions.values()].filter(isAskedInTerminal);
    const newest = asked.at(-1);
    if (!newest || isLooking) return;
    const every = now() - newest.askedAt < looksWithinMs ? earlyEveryMs : lateEveryMs;
    if (now() - lookedAt < every) return;
    const program = findClaude(env);
    if (program === undefined) return;
    isLooking = true;
    lookedAt = now();
    void openSessions(program, env)
      .then((open) => {
        if (!open.ok || isStopped) return;
        for (const permission of asked) {
          const session = open.value.find(({ sessionId }) => sessionId === permission.sessionId);
          if (session && session.status !== 'waiting') withdraw(permission, 'terminal');
        }
      })
      .catch((error: unknown) => log.error({ error }, 'permission requests were not looked after'))
      .finally(() => {
        isLooking = false;
      });
  }

  const isAskedInTerminal = ({ answer, attended, askedAt }: PermissionState) =>
    answer === null && attended === true && now() - askedAt >= firstLookAfterMs;

  return {
    run,
    stop() {
      isStopped = true;
    },
  };
}
