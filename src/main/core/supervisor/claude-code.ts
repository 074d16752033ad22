import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault } from '#shared/fault.ts';
import {
  claudeVersion,
  findClaude,
  isSignedIn,
  withoutSession,
} from '../claude-code/claude-program.ts';
import type { SupervisorLogger } from './anthropic.ts';
import { faultOf } from './classify-fault.ts';
import { claudeFault, claudeMissing, claudeSignedOut, faultByExit } from './claude-code-fault.ts';
import { type ClaudeResult, readClaudeLine } from './claude-code-lines.ts';
import { type ClaudeCodeRun, startClaudeCode } from './claude-code-run.ts';
import { asOneTurn, asTurns, cacheMark, type Turn } from './claude-code-turns.ts';

import { createReception, type Reception } from './reception.ts';
import { faultByStop } from './stop-fault.ts';
import type {
  CallOutcome,
  Supervisor,
  SupervisorProgress,
  SupervisorRequest,
} from './supervisor.ts';
import { readVerdict } from './verdict.ts';
import { longestAnswerMs, startWatchdog } from './watchdog.ts';

export interface ClaudeCodeSupervisorOptions {
  /** The environment of the relay: where `claude` is looked for, and what it inherits. */
  env: NodeJS.ProcessEnv;
  /** A directory that holds nothing, always the same one: its path is part of the prompt. */
  emptyDir: string;
  /** How long nothing at all may come, asked at every call. */
  idleTimeoutMs: () => number;
  logger?: SupervisorLogger;
  clock?: { now(): number };
}

/**
 * The supervisor through the user's own, unmodified Claude Code, in print mode, with its own login:
 * Relay neither asks for a token nor looks at one. It has no tools there, so that the verdict is in
 * the text; and it cannot count tokens.
 */
export function createClaudeCodeSupervisor(options: ClaudeCodeSupervisorOptions): Supervisor {
  const { emptyDir, idleTimeoutMs, logger } = options;
  const now = options.clock?.now ?? Date.now;
  /** Programs that answer every turn they are given, so that they get the conversation as one. */
  const eager = new Set<string>();
  /** Programs behind which a mark for the prompt cache is one too many. */
  const unmarked = new Set<string>();

  async function call(
    request: SupervisorRequest,
    onProgress: (progress: SupervisorProgress) => void,
    signal: AbortSignal,
  ): Promise<CallOutcome> {
    const program = findClaude(options.env);
    const reception = createReception(request.cacheTtl);
    if (program === undefined) return failed(claudeMissing(), reception);
    if (signal.aborted) return failed(calledOff(), reception);
    mkdirSync(emptyDir, { recursive: true, mode: 0o700 });
    const folder = mkdtempSync(join(tmpdir(), 'relay-supervisor-'));
    const idleMs = idleTimeoutMs();
    const watchdog = startWatchdog({ idleMs, longestMs: longestAnswerMs });
    try {
      // A file, since an argument may not be this long, and shows in every list of processes.
      const instructions = join(folder, 'instructions.md');
      writeFileSync(instructions, request.system, { mode: 0o600 });
      const run = startClaudeCode({
        program,
        args: argumentsFor(request, instructions),
        cwd: emptyDir,
        env: environmentFor(options.env, request),
      });
      const stop = () => void run.interrupt();
      const stopping = AbortSignal.any([signal, watchdog.signal]);
      stopping.addEventListener('abort', stop, { once: true });
      const mark = unmarked.has(program) ? undefined : cacheMark(request.cacheTtl);
      const { messages, aside } = request;
      const turns = eager.has(program)
        ? asOneTurn(messages, aside)
        : asTurns(messages, mark, aside);
      const end = await converse(run, turns, reception, onProgress, watchdog.feed);
      stopping.removeEventListener('abort', stop);
      if (signal.aborted) return failed(calledOff(), reception);
      if (watchdog.bit) return failed(stalled(idleMs), reception);
      if (end.kind === 'eager') {
        eager.add(program);
        logger?.info({ program }, 'this Claude Code gets the conversation as one turn');
        return await call(request, onProgress, signal);
      }
      const fault = faultOfEnd(end, request.model, reception, now());
      if (fault?.code === 'invalid-request' && isAboutMark(fault) && mark) {
        unmarked.add(program);
        return await call(request, onProgress, signal);
      }
      return fault ? failed(fault, reception) : outcomeOf(request, reception);
    } finally {
      watchdog.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }

  return {
    async answer(request, onProgress, signal) {
      const startedAt = now();
      // The owner's subscription, or whatever Claude Code is signed in with, pays for it.
      const outcome = { ...(await call(request, onProgress, signal)), isEstimate: true };
      const { model } = request;
      const fields = { provider: 'claude-code', model, durationMs: now() - startedAt };
      if (outcome.ok)
        logger?.info({ ...fields, usage: outcome.answer.usage }, 'supervisor answered');
      else logger?.info({ ...fields, fault: outcome.fault.code }, 'supervisor call failed');
      return outcome;
    },

    async countTokens() {
      return undefined;
    },

    probe: () => probeClaudeCode(options.env),
  };
}

/** What `claude` this is and whether it is signed in; makes no call. */
export async function probeClaudeCode(
  env: NodeJS.ProcessEnv,
): Promise<{ ok: true; found: string } | { ok: false; fault: Fault }> {
  const program = findClaude(env);
  if (program === undefined) return { ok: false, fault: claudeMissing() };
  const scrubbed = environmentFor(env);
  const version = await claudeVersion(program, scrubbed);
  if (!version.ok) return { ok: false, fault: faultOf('no-api', version.problem.message) };
  if (!(await isSignedIn(program, scrubbed))) return { ok: false, fault: claudeSignedOut() };
  return { ok: true, found: `Claude Code ${version.value} (${program}) is signed in.` };
}

/** Nothing of the user's own set-up goes in: no tools, settings, hooks, plug-ins, servers, memory. */
function argumentsFor(
  { model, effort }: SupervisorRequest,
  instructionsFile: string,
): readonly string[] {
  return [
    ...['-p', '--input-format', 'stream-json', '--output-format', 'stream-json'],
    ...['--verbose', '--include-partial-messages', '--no-session-persistence'],
    ...['--tools', '', '--setting-sources', '', '--strict-mcp-config', '--disable-slash-commands'],
    // `@path` in what a session says would be read from this machine and sent along.
    ...['--settings', '{"disableAllHooks":true,"permissions":{"deny":["Read"]}}'],
    ...['--system-prompt-file', instructionsFile, '--model', model],
    ...(effort ? ['--effort', effort] : []),
  ];
}

/** Keys outrank Claude Code's own login and are not what the owner chose this provider for. */
const keptOut = ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_PLUGIN_DIRS'];

function environmentFor(
  env: NodeJS.ProcessEnv,
  request?: Pick<SupervisorRequest, 'maxTokens' | 'cacheTtl'>,
): NodeJS.ProcessEnv {
  const kept = Object.entries(withoutSession(env)).filter(([name]) => !keptOut.includes(name));
  return {
    ...Object.fromEntries(kept),
    RELAY_HOOKS: 'off',
    CLAUDE_CODE_DISABLE_ATTACHMENTS: '1',
    // All waiting and all shortening are Relay's.
    CLAUDE_CODE_MAX_RETRIES: '0',
    DISABLE_COMPACT: '1',
    ...(request ? { CLAUDE_CODE_MAX_OUTPUT_TOKENS: String(request.maxTokens) } : {}),
    ...(request ? cacheLife[request.cacheTtl] : {}),
  };
}

const cacheLife = {
  '5m': { FORCE_PROMPT_CACHING_5M: '1', ENABLE_PROMPT_CACHING_1H: '' },
  '1h': { FORCE_PROMPT_CACHING_5M: '', ENABLE_PROMPT_CACHING_1H: '1' },
} as const;

/** "A maximum of 4 blocks with cache_control may be provided", or what is said of their lives. */
const isAboutMark = ({ message }: Fault) => /cache_control/.test(message);

type End =
  | { kind: 'result'; result: ClaudeResult; code: string | undefined; resetsAtMs?: number }
  /** The answer is there, but not one to use; Claude Code would have gone on with it by itself. */
  | { kind: 'spoilt' }
  /** It began to answer before the conversation was told to its end. */
  | { kind: 'eager' }
  | { kind: 'exit'; fault: Fault };

/** Tells `claude` the conversation and takes its answer. It has ended when this resolves. */
async function converse(
  run: ClaudeCodeRun,
  turns: readonly Turn[],
  reception: Reception,
  onProgress: (progress: SupervisorProgress) => void,
  feedWatchdog: () => void,
): Promise<End> {
  const waiting = [...turns];
  const sendNext = () => run.send(waiting.shift() ?? []);
  let code: string | undefined;
  let limit: { resetsAtMs?: number } = {};
  let wasGarbled = false;
  sendNext();
  for await (const text of run.lines) {
    feedWatchdog();
    const line = readClaudeLine(text);
    if (line.kind === 'garbled') wasGarbled = true;
    if (line.kind === 'failure') code = line.code;
    if (line.kind === 'limit') limit = { resetsAtMs: line.resetsAtMs };
    if (line.kind === 'event') {
      if (waiting.length > 0) return await broken(run, { kind: 'eager' });
      if (line.event.type === 'message_start') {
        onProgress({ kind: 'started', requestId: undefined });
      }
      const progress = taken(reception, line.event);
      if (progress) onProgress(progress);
      if (reception.isComplete && faultByStop(reception)) {
        return await broken(run, { kind: 'spoilt' });
      }
    }
    if (line.kind === 'result') {
      const { result } = line;
      if (result.is_error || waiting.length === 0) {
        await run.close();
        return { kind: 'result', result, code, ...limit };
      }
      sendNext();
    }
  }
  return { kind: 'exit', fault: faultByExit(await run.exited, wasGarbled) };
}

/** An event in a shape that the API does not use says nothing; the answer then stays incomplete. */
function taken(reception: Reception, event: Parameters<Reception['take']>[0]) {
  try {
    return reception.take(event);
  } catch {
    return undefined;
  }
}

async function broken(run: ClaudeCodeRun, end: End): Promise<End> {
  await run.interrupt();
  return end;
}

function faultOfEnd(
  end: Exclude<End, { kind: 'eager' }>,
  model: string,
  reception: Reception,
  now: number,
): Fault | undefined {
  if (end.kind === 'exit') return end.fault;
  const spoilt = reception.isComplete ? faultByStop(reception) : undefined;
  if (spoilt) return spoilt;
  if (end.kind === 'result' && end.result.is_error) {
    const { result, code, resetsAtMs } = end;
    return claudeFault({ model, result, code, resetsAtMs, now });
  }
  if (reception.isComplete) return undefined;
  return faultOf('malformed', 'Claude Code gave no answer that Relay can read. Relay tries again.');
}

function outcomeOf(request: SupervisorRequest, reception: Reception): CallOutcome {
  const { text, usage, stopReason = 'unknown', model = request.model } = reception;
  const plain = text.trim() === '' ? undefined : ({ kind: 'reply', text } as const);
  const verdict = request.verdictTools ? readVerdict(text, []) : plain;
  if (!verdict || !usage) {
    const empty =
      'The supervisor answered without a word. Answer the session yourself, or have the call made again.';
    return failed(faultOf('empty', empty), reception);
  }
  const answer = { text, verdict, usage, model, stopReason, requestId: undefined };
  return { ok: true, kind: 'answer', answer };
}

const calledOff = () => faultOf('cut', 'The call was called off.');

function stalled(idleMs: number): Fault {
  const seconds = Math.round(idleMs / 100) / 10;
  return faultOf(
    'stalled',
    `Nothing came from Claude Code for ${seconds} seconds. Relay makes the call again.`,
  );
}

/** What the call has cost is counted all the same. */
function failed(fault: Fault, { text, usage, model }: Reception): CallOutcome {
  return {
    ok: false,
    fault,
    partialText: text,
    ...(usage === undefined ? {} : { usage }),
    ...(model === undefined ? {} : { model }),
  };
}
