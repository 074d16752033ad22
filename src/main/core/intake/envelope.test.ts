import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ParsedEnvelope, parseEnvelope } from './envelope.ts';

const bytes = (value: unknown) =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const parse = (value: unknown) => parseEnvelope(bytes(value));

function accepted(value: unknown): Extract<ParsedEnvelope, { ok: true }> {
  const parsed = parse(value);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed;
}

describe('an envelope of the contract', () => {
  test('is understood with all it may carry', () => {
    const parsed = accepted({
      session_id: 'session-1',
      content: ' Shall I? ',
      id: 'e1',
      ts: '2026-01-01T00:00:00Z',
      title: 'parser',
      cwd: '/p',
      source: 'my-program',
      meta: { run: 3 },
      colour: ['red'],
    });
    expect(parsed.sessionId).toBe('session-1');
    expect(parsed.word).toMatchObject({ kind: 'said', text: ' Shall I? ' });
    expect(parsed.facts).toMatchObject({
      envelopeId: 'e1',
      sentAt: '2026-01-01T00:00:00Z',
      title: 'parser',
      cwd: '/p',
      source: 'my-program',
      meta: { run: 3 },
      extra: { colour: ['red'] },
      hookEvent: null,
    });
  });

  test('needs no more than session and content; what has the wrong type is as if absent', () => {
    const bare = { session_id: 's', content: 'x' };
    const odd = { ...bare, id: '', ts: 5, title: {}, cwd: 1, source: null, meta: [] };
    for (const value of [bare, odd]) {
      expect(accepted(value).facts).toMatchObject({
        ...{ envelopeId: null, sentAt: null, title: null, cwd: null, source: null, meta: {} },
      });
    }
  });

  test('a number is an id too, and a byte order mark is none of the text', () => {
    expect(accepted({ session_id: 's', content: 'x', id: 7 }).facts.envelopeId).toBe('7');
    expect(accepted('\uFEFF{"session_id":"s","content":"x"}').word).toMatchObject({ text: 'x' });
  });

  test('a title is one short line', () => {
    const title = `a\n\tb ${'x'.repeat(1_000_000)}`;
    const kept = accepted({ session_id: 's', content: 'x', title }).facts.title;
    expect(kept).toMatch(/^a b x+…$/);
    expect(kept).toHaveLength(200);
  });

  test('the same words have the same key, others another', () => {
    const key = (content: string) => {
      const { word } = accepted({ session_id: 's', content });
      return word.kind === 'said' ? word.saidKey : '';
    };
    expect(key('one')).toBe(key('one'));
    expect(key('one')).not.toBe(key('two'));
  });
});

describe('what is rejected', () => {
  const ok = { session_id: 's', content: 'x' };
  test.each([
    ['no object', '[1]', 'The file holds no JSON object.', false],
    ['null', 'null', 'The file holds no JSON object.', false],
    ['half a file', '{"session_id":"s","con', 'The file is not JSON', true],
    ['an empty file', '', 'The file is not JSON', true],
    ['no session', { content: 'x' }, 'session_id is missing.', false],
    ['a session of a wrong type', { ...ok, session_id: 5 }, 'session_id is not a string.', false],
    ['an empty session', { ...ok, session_id: '' }, 'session_id must be 1 to 128', false],
    ['a path', { ...ok, session_id: 'a/b' }, 'session_id must be 1 to 128', false],
    ['a long session', { ...ok, session_id: 'a'.repeat(129) }, 'session_id must be 1', false],
    ['one dot', { ...ok, session_id: '.' }, 'session_id must be neither "." nor "..".', false],
    ['two dots', { ...ok, session_id: '..' }, 'session_id must be neither "." nor "..".', false],
    ['no content', { session_id: 's' }, 'content is missing.', false],
    ['empty content', { ...ok, content: '' }, 'content is empty.', false],
    ['content of a wrong type', { ...ok, content: ['x'] }, 'content is not a string.', false],
    ['content null', { ...ok, content: null }, 'content is not a string.', false],
    [
      'a hook of a wrong type',
      { session_id: 's', hook_event_name: 5 },
      'content is missing.',
      false,
    ],
  ])('%s', (_name, value, reason, maybeUnfinished) => {
    const parsed = parse(value);
    expect(parsed).toMatchObject({ ok: false, maybeUnfinished });
    expect(parsed.ok ? '' : parsed.reason).toContain(reason);
    expect(parsed.ok ? '' : parsed.reason).toMatch(/\.$/);
  });

  test('bytes that are no UTF-8', () => {
    const parsed = parseEnvelope(Uint8Array.from([0x7b, 0xff, 0x7d]));
    expect(parsed).toMatchObject({ ok: false, reason: 'The file is not UTF-8 text.' });
  });

  test('nesting that nobody could write down again', () => {
    const deep = (levels: number) =>
      `{"session_id":"s","content":"x","meta":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`;
    expect(parse(deep(199)).ok).toBe(true);
    expect(parse(deep(201)).ok).toBe(false);
    // Brackets that are said, and not closed: that is no nesting.
    expect(parse({ session_id: 's', content: '"[{'.repeat(1_000) }).ok).toBe(true);
    const parsed = parse(deep(500_000));
    expect(parsed.ok ? '' : parsed.reason).toContain('levels deep');
  });

  test('nor in what somebody asks permission for', () => {
    const deep = `${'['.repeat(500_000)}${']'.repeat(500_000)}`;
    const text = `{"session_id":"s","hook_event_name":"PermissionRequest","tool_name":"X","tool_input":${deep}}`;
    const parsed = parseEnvelope(Buffer.from(text), '1-permission-2.json');
    expect(parsed.ok ? '' : parsed.reason).toContain('levels deep');
  });

  test('found by fuzzing: why is said in one plain line, whatever the file holds', () => {
    const parsed = parseEnvelope(Buffer.from('\u0007{"session_id":"\u202e\n'));
    expect(parsed.ok ? '' : parsed.reason).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]{10,300}$/u);
  });

  test('a hook without a name is no hook', () => {
    const parsed = parse('{"session_id":"s","hook_event_name":""}');
    expect(parsed.ok ? '' : parsed.reason).toBe('content is missing.');
  });
});

describe('the stdin of a Claude Code hook', () => {
  const common = {
    session_id: 'c0ffee',
    transcript_path: '/home/x/.claude/projects/p/c0ffee.jsonl',
    cwd: '/code/p',
    prompt_id: '8990',
  };
  const stop = {
    ...common,
    permission_mode: 'auto',
    effort: { level: 'medium' },
    hook_event_name: 'Stop',
    stop_hook_active: false,
    last_assistant_message: 'All 42 tests pass.',
    background_tasks: [],
    session_crons: [],
  };
  const running = { id: 'b', type: 'shell', status: 'running', command: 'sleep 12' };

  test.each([
    ['Stop', stop, { kind: 'said', text: 'All 42 tests pass.' }],
    ['Stop without a word', { ...stop, last_assistant_message: '' }, { kind: 'said' }],
    [
      'Stop with tasks running',
      { ...stop, background_tasks: [running, { ...running, status: 'completed' }] },
      { kind: 'backgrounded', text: 'All 42 tests pass.', tasks: 1 },
    ],
    [
      'Stop with tasks done',
      { ...stop, background_tasks: [{ ...running, status: 'completed' }] },
      { kind: 'said' },
    ],
    [
      'UserPromptSubmit',
      { ...common, hook_event_name: 'UserPromptSubmit', prompt: 'Stop that.' },
      { kind: 'prompted', text: 'Stop that.' },
    ],
    [
      'SessionStart',
      { ...common, hook_event_name: 'SessionStart', source: 'resume', model: 'm' },
      { kind: 'opened', source: 'resume' },
    ],
    [
      'SessionEnd',
      { ...common, hook_event_name: 'SessionEnd', reason: 'prompt_input_exit' },
      { kind: 'closed', reason: 'prompt_input_exit' },
    ],
    [
      'StopFailure',
      {
        ...common,
        hook_event_name: 'StopFailure',
        error: 'rate_limit',
        last_assistant_message: 'API Error: Request rejected (429)',
      },
      { kind: 'failed', error: 'rate_limit', message: 'API Error: Request rejected (429)' },
    ],
    [
      'Notification',
      {
        ...common,
        hook_event_name: 'Notification',
        notification_type: 'idle_prompt',
        message: 'Claude is waiting for your input',
      },
      { kind: 'notified', what: 'idle_prompt', message: 'Claude is waiting for your input' },
    ],
    ['one yet unknown', { ...common, hook_event_name: 'PreCompact' }, { kind: 'notified' }],
  ])('%s', (_name, value, word) => {
    const parsed = accepted(value);
    expect(parsed.word).toMatchObject(word);
    expect(parsed.facts).toMatchObject({
      cwd: '/code/p',
      source: 'claude-code',
      hookEvent: value.hook_event_name,
    });
    expect(parsed.facts.extra).toMatchObject({ prompt_id: '8990' });
  });

  test('carries what the hook script adds', () => {
    const { facts } = accepted({ ...stop, relay: { claudePid: 12, attended: true } });
    expect(facts).toMatchObject({ claudePid: 12, attended: true });
    expect(accepted({ ...stop, relay: 'x' }).facts).toMatchObject({
      claudePid: null,
      attended: null,
    });
  });

  test('content of its own comes first', () => {
    expect(accepted({ ...stop, content: 'mine' }).word).toMatchObject({ text: 'mine' });
  });
});

describe('any bytes give an answer', () => {
  test('bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (some) => {
        const parsed = parseEnvelope(some);
        expect(parsed.ok || parsed.reason.length > 0).toBe(true);
      }),
    );
  });

  test('any JSON under the known keys', () => {
    const keys = ['session_id', 'content', 'id', 'ts', 'title', 'cwd', 'source', 'meta', 'relay'];
    const hooks = ['hook_event_name', 'background_tasks', 'last_assistant_message', 'prompt'];
    const values = fc.oneof(fc.jsonValue(), fc.constantFrom('s1', 'Stop', 'SessionStart', 'x'));
    const objects = fc.dictionary(fc.constantFrom(...keys, ...hooks, '__proto__', 'other'), values);
    fc.assert(
      fc.property(objects, (value) => {
        const parsed = parse(value);
        if (parsed.ok) expect(parsed.sessionId).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
        else expect(parsed.reason).not.toBe('');
      }),
      { numRuns: 1000 },
    );
  });
});
