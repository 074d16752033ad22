import fc from 'fast-check';
import { parseEnvelope } from '#core/intake/envelope.ts';
import { projectRootOf } from '#core/intake/project-root.ts';
import { eventPayloads } from '#shared/events.ts';
import { SessionId } from '#shared/ids.ts';
import {
  bytesOf,
  type Given,
  type Look,
  type ParserTarget,
  shapeOf,
  unfitSentences,
} from './parser-target.ts';

const common = {
  ...{ session_id: 'c0ffee', transcript_path: '/home/x/.claude/projects/p/c0ffee.jsonl' },
  ...{ cwd: '/code/p', prompt_id: '8990' },
};
const hooks = [
  {
    ...{ hook_event_name: 'Stop', last_assistant_message: 'All 42 tests pass.' },
    background_tasks: [{ id: 'b', type: 'shell', status: 'running', command: 'sleep 12' }],
    ...{ stop_hook_active: false, permission_mode: 'auto', effort: { level: 'medium' } },
  },
  { hook_event_name: 'UserPromptSubmit', prompt: 'Stop that.' },
  { hook_event_name: 'SessionStart', source: 'resume', model: 'm' },
  { hook_event_name: 'SessionEnd', reason: 'prompt_input_exit' },
  {
    hook_event_name: 'StopFailure',
    error: 'rate_limit',
    last_assistant_message: 'API Error (429)',
  },
  { hook_event_name: 'Notification', notification_type: 'idle_prompt', message: 'Waits.' },
  {
    ...{ hook_event_name: 'PermissionRequest', tool_name: 'Bash', agent_id: 'a1' },
    tool_input: { command: 'rm -rf build', description: 'Clean up' },
  },
  {
    ...{ hook_event_name: 'PermissionRequest', tool_name: 'AskUserQuestion' },
    tool_input: { questions: [{ question: 'Which?', options: [{ label: 'A' }, { label: 'B' }] }] },
  },
];
const relay = { claudePid: 12, attended: true, hookPid: 13, waiting: true };

const keys = [
  ...['session_id', 'content', 'id', 'ts', 'title', 'cwd', 'source', 'meta', 'relay'],
  ...['hook_event_name', 'background_tasks', 'last_assistant_message', 'prompt', 'tool_name'],
  ...['tool_input', 'transcript_path', 'agent_id', '__proto__', 'other'],
];
const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('s1', 'Stop', 'PermissionRequest', 'Bash', 'AskUserQuestion', '/x.jsonl'),
  fc.string({ unit: 'binary' }),
);

/** Of the accepted events, what parsing makes; the rest is the intake's. */
const Accepted = eventPayloads['envelope.accepted'].omit({
  name: true,
  fileKey: true,
  sizeBytes: true,
});

/** Envelopes, and the raw stdin of hooks (DESIGN 2.2). */
export const envelopes: ParserTarget = {
  name: 'envelopes',
  samples: bytesOf(
    JSON.stringify({
      ...{ session_id: 'session-1', content: 'Shall I?', id: 'e1', ts: '2026-01-01T00:00:00Z' },
      ...{ title: 'parser', cwd: '/code/p', source: 'mine', meta: { run: 3 }, colour: ['red'] },
    }),
    ...hooks.map((hook) => JSON.stringify({ relay, ...common, ...hook })),
  ),
  generated: fc
    .dictionary(fc.constantFrom(...keys), value)
    .map((envelope) => Buffer.from(JSON.stringify(envelope), 'utf8')),
  look: lookAt,
};

function lookAt({ bytes, choice }: Given): Look {
  const name = choice % 2 === 0 ? 'a.json' : '1-permission-2.json';
  const parsed = parseEnvelope(bytes, name);
  if (!parsed.ok) {
    return { problems: unfitSentences([parsed.reason]), outcome: shapeOf(parsed.reason) };
  }
  const { sessionId, word, facts } = parsed;
  const problems: string[] = [];
  if (!SessionId.safeParse(sessionId).success) problems.push(`Took session_id ${sessionId}.`);
  const payload = Accepted.safeParse(facts);
  if (!payload.success) problems.push(`Facts do not fit: ${payload.error.message}`);
  if (facts.title !== null && /[\r\n]/.test(facts.title)) problems.push('A title of two lines.');
  const root = projectRootOf(facts.cwd);
  if (root !== null && !root.startsWith('/')) problems.push(`A project root of ${root}.`);
  if (word.kind === 'asked') {
    if (!/^[\w-]+$/.test(word.request)) problems.push(`A request named ${word.request}.`);
    const shown = `${word.summary}${word.proposal}${word.reasoning}`;
    if (/[^\P{C}\n\t]/u.test(shown)) problems.push('What is asked holds what nobody sees.');
  }
  // What was understood, written down as the contract says, is understood the same.
  const { envelopeId: id, sentAt: ts, title, cwd, source, meta, extra } = facts;
  if (facts.hookEvent === null && word.kind === 'said') {
    const rest = { id: id ?? undefined, ts, title, cwd, source, meta };
    const printed = { ...extra, session_id: sessionId, content: word.text, ...rest };
    const again = parseEnvelope(Buffer.from(JSON.stringify(printed), 'utf8'));
    const both = [parsed, again].map((one) => JSON.stringify(one.ok && [one.word, one.facts.meta]));
    // What UTF-8 cannot hold is replaced at the first writing.
    if (word.text.isWellFormed() && both[0] !== both[1]) {
      problems.push('Written down and read again it is another.');
    }
  }
  return { problems, outcome: `${word.kind} ${Object.values(facts).map((fact) => fact === null)}` };
}
