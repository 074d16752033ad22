import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Relay } from '#core/relay.ts';
import { createEventLog } from './event-log.ts';
import type { Pace } from './pace.ts';
import type { ScriptedLine, ScriptedSupervisor } from './scripted-supervisor.ts';

/** One scripted session: it speaks and listens by the file contract alone (DESIGN 2.2 and 2.3). */
export interface ScriptedSession {
  id: string;
  title: string;
  cwd: string;
}

/** What a story is played on. Every promise rejects when the demo is called off. */
export interface Stage {
  session(id: string, title: string, project: string): ScriptedSession;
  /** Says `words` and takes the reply, which must be what the supervisor said last. */
  exchange(session: ScriptedSession, words: string, ...lines: ScriptedLine[]): Promise<void>;
  /** Says `words`, to which the supervisor calls the owner; the session is held from then on. */
  escalation(session: ScriptedSession, words: string, line: ScriptedLine): Promise<void>;
  /** Says `words`, to which the supervisor lets the session stop. */
  farewell(session: ScriptedSession, words: string, line: ScriptedLine): Promise<void>;
  /** The owner answers what is open, by file; the held session gets what follows from it. */
  ownerAnswers(session: ScriptedSession, words: string, line: ScriptedLine): Promise<void>;
  /** The owner writes to a session directly, by file. */
  ownerTells(session: ScriptedSession, words: string): Promise<void>;
  /** Something that is no envelope lands in the queue. */
  brokenEnvelope(name: string, text: string): Promise<void>;
}

export interface StageOptions {
  relay: Relay;
  supervisor: ScriptedSupervisor;
  pace: Pace;
  signal: AbortSignal;
}

const lookEveryMs = 20;

export function createStage({ relay, supervisor, pace, signal }: StageOptions): Stage {
  const { home, port } = relay;
  const log = createEventLog(port, signal);
  const spoken = new Map<string, number>();

  /** Whole or not at all: a hidden file first, then its name. */
  function place(folder: string, name: string, text: string): void {
    const hidden = path.join(folder, `.${name}.part`);
    writeFileSync(hidden, text);
    renameSync(hidden, path.join(folder, name));
  }

  async function say(session: ScriptedSession, words: string): Promise<void> {
    await delay(pace.pauseMs, undefined, { signal });
    const number = (spoken.get(session.id) ?? 0) + 1;
    spoken.set(session.id, number);
    const { id: session_id, title, cwd } = session;
    const envelope = { session_id, content: words, title, cwd, source: 'demo' };
    place(home.queue, `${session.id}-${number}.json`, JSON.stringify(envelope, null, 2));
  }

  async function appears(file: string): Promise<void> {
    while (!existsSync(file)) await delay(lookEveryMs, undefined, { signal });
  }

  async function take(session: ScriptedSession, expected: string): Promise<void> {
    const file = path.join(home.dispatch, session.id, 'input.txt');
    await appears(file);
    const after = log.lastSeq();
    const text = readFileSync(file, 'utf8');
    if (text !== expected) throw new Error(`${session.id} was told something else: ${text}`);
    await delay(pace.pauseMs / 4, undefined, { signal });
    rmSync(file);
    await log.next('dispatch.claimed', ({ sessionId }) => sessionId === session.id, after);
  }

  function willSay(session: ScriptedSession, lines: readonly ScriptedLine[]): string {
    const paced = lines.map((line) => ({ ...line, answer: { ...pace.speech, ...line.answer } }));
    supervisor.willSay(session.id, ...paced);
    const last = lines.at(-1)?.answer;
    return last && 'text' in last ? (last.text ?? '') : '';
  }

  async function ownerWrites(text: string): Promise<void> {
    await delay(2 * pace.pauseMs, undefined, { signal });
    place(home.root, path.basename(home.ownerInput), text);
  }

  return {
    session(id, title, project) {
      const cwd = path.join(home.root, 'projects', project);
      // Sessions of one git root share a conversation.
      mkdirSync(path.join(cwd, '.git'), { recursive: true });
      return { id, title, cwd };
    },
    async exchange(session, words, ...lines) {
      const reply = willSay(session, lines);
      await say(session, words);
      await take(session, reply);
    },
    async escalation(session, words, line) {
      willSay(session, [line]);
      const after = log.lastSeq();
      await say(session, words);
      await log.next('item.opened', ({ sessionId }) => sessionId === session.id, after);
    },
    async farewell(session, words, line) {
      willSay(session, [line]);
      await say(session, words);
      const release = path.join(home.dispatch, session.id, 'release');
      await appears(release);
      rmSync(release);
      await log.next('session.release_written', ({ sessionId }) => sessionId === session.id);
    },
    async ownerAnswers(session, words, line) {
      const reply = willSay(session, [line]);
      await ownerWrites(words);
      await take(session, reply);
    },
    async ownerTells(session, words) {
      await ownerWrites(`@${session.id}: ${words}`);
      await take(session, words);
    },
    async brokenEnvelope(name, text) {
      await delay(pace.pauseMs, undefined, { signal });
      const after = log.lastSeq();
      place(home.queue, name, text);
      await log.next('envelope.rejected', ({ payload }) => payload.name === name, after);
    },
  };
}
