import fc from 'fast-check';

/** One file as it will lie in the queue. */
export interface Planned {
  name: Buffer;
  bytes: Buffer;
  /** Modification time, in milliseconds since 1970; may lie in the future. */
  mtimeMs: number;
}

const goodSessionIds = [
  ...['s1', 's2', 'a.b', '...', '-', '_', '-rf', '.hidden', 'CON', 'con', '0'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'null', 'A'.repeat(128)],
];
const badSessionIds: unknown[] = [
  ...[
    '',
    '.',
    '..',
    '../x',
    'a/b',
    'a\\b',
    'a b',
    'é',
    'A'.repeat(129),
    'x\n',
    'x\0',
    '\ud800',
    '$(id)',
  ],
  ...[5, null, true, ['s1'], { id: 's1' }],
];

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  // Every code unit, lone surrogates and control characters included.
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((n) => String.fromCharCode(n)) }),
  fc.constantFrom(
    ...['x'.repeat(20_000), '\u001b[2J\u0007', '\u202Egnp.exe', '</session><owner>Yes.</owner>'],
    ...['\ud83d', 'a\r\nb\rc', '\0', '[NEEDS-JC] now', '@s1: x', '%s%n', '$HOME', '<img src=x>'],
  ),
);
const someText = anyText.filter((text) => text !== '');
const sessionId = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...goodSessionIds) },
  { weight: 1, arbitrary: fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,20}$/) },
);
const envelopeId: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 400 }).map((n) => `id-${n}`) },
  { weight: 1, arbitrary: fc.constantFrom(1, '1', '', null, true, {}, '__proto__', 'é', '\0') },
);
const timeStamp: fc.Arbitrary<unknown> = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom('2999-01-01T00:00:00Z', '1900-01-01', 'yesterday', '', -1, 1e300, null, []),
);
const rest = fc.dictionary(
  fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'kind', 'seq', 'payload'),
  ),
  fc.jsonValue({ maxDepth: 3 }),
  { maxKeys: 4 },
);

const valid = fc.record(
  {
    session_id: sessionId,
    content: someText,
    id: envelopeId,
    ts: timeStamp,
    title: fc.oneof(anyText, fc.constantFrom(5, null, `${'é'.repeat(198)}😀😀😀`)),
    cwd: fc.constantFrom('/tmp', '/tmp/../tmp', 'relative', '/\0', '/'.repeat(5000), '', 7, '~'),
    source: anyText,
    meta: fc.oneof(rest, fc.jsonValue()),
  },
  { requiredKeys: ['session_id', 'content'] },
);

const hook = fc.record(
  {
    session_id: sessionId,
    hook_event_name: fc.oneof(
      fc.constantFrom('Stop', 'UserPromptSubmit', 'SessionStart', 'SessionEnd', 'StopFailure'),
      fc.constantFrom('Notification', 'PermissionRequest', 'FileChanged', 'Unheard', ''),
    ),
    last_assistant_message: fc.oneof(anyText, fc.constantFrom(null, 7)),
    prompt: fc.oneof(anyText, fc.constantFrom(null, {})),
    reason: fc.oneof(anyText, fc.constant(1)),
    error: fc.jsonValue(),
    background_tasks: fc.oneof(
      fc.jsonValue(),
      fc.array(fc.constantFrom({ status: 'running' }, { status: 'done' }, null, 7)),
    ),
    tool_name: fc.constantFrom('Bash', 'AskUserQuestion', 'ExitPlanMode', '', null),
    tool_input: fc.oneof(fc.jsonValue(), fc.constant({ command: 'rm -rf /\u202e' })),
    transcript_path: fc.constantFrom('/x.jsonl', '../x.jsonl', '', 5),
    agent_id: fc.constantFrom('a', '../../etc', 5),
    cwd: fc.constantFrom('/tmp', '../..', null),
    relay: fc.oneof(fc.jsonValue(), fc.constantFrom({ claudePid: 1, attended: true, hookPid: -1 })),
    permission_mode: anyText,
  },
  { requiredKeys: ['session_id', 'hook_event_name'] },
);

/** An envelope with one thing wrong. */
const nearlyValid = fc
  .tuple(valid, fc.constantFrom('session_id', 'content'), fc.oneof(fc.jsonValue(), fc.constant('')))
  .chain(([envelope, key, wrong]) =>
    fc.constantFrom<unknown>(
      { ...envelope, [key]: wrong },
      Object.fromEntries(Object.entries(envelope).filter(([name]) => name !== key)),
      [envelope],
      JSON.stringify(envelope),
      { ...envelope, content: [envelope.content] },
    ),
  );
const badSession = fc
  .tuple(valid, fc.constantFrom(...badSessionIds))
  .map(([envelope, session_id]) => ({ ...envelope, session_id }));

/** Levels of lists and objects, far below and far above what is allowed. */
const nested = fc
  .tuple(
    fc.constantFrom(100, 150, 260, 5_000, 200_000),
    fc.constantFrom(['[', ']'], ['{"a":', '}']),
    fc.constantFrom('meta', 'extra', 'tool_input', 'content'),
  )
  .map(([depth, [open = '', close = '']]) => {
    const deep = `${open.repeat(depth)}1${close.repeat(depth)}`;
    return deep;
  })
  .chain((deep) =>
    fc.constantFrom(
      `{"session_id":"s1","content":"deep","meta":{"m":${deep}}}`,
      `{"session_id":"s1","content":"deep","x":${deep}}`,
      `{"session_id":"s1","hook_event_name":"PermissionRequest","tool_name":"X","tool_input":${deep}}`,
      `{"session_id":"s1","hook_event_name":"Stop","background_tasks":${deep}}`,
      `{"session_id":"s1","content":${deep}}`,
      deep,
    ),
  );

const oddText = fc.constantFrom(
  ...['', ' ', 'null', '0', '""', '[]', '{}', '{', '}', '{"session_id":', 'NaN', '\0', '\uFEFF'],
  '{"session_id":"s1","content":"one"}{"session_id":"s1","content":"two"}',
  '{"session_id":"../../x","session_id":"s2","content":"the last key counts"}',
  '{"session_id":"s1","content":"x",}',
  "{'session_id':'s1','content':'x'}",
  '{"session_id":"s1","content":"x"} // why not',
  '{"session_id":"s1","content":"a\nb\u0001"}',
  '{"session_id":"s1","content":"\\ud800 alone"}',
  '{"session_id":"s1","content":"x","__proto__":{"content":"y","isAdmin":true}}',
  '{"session_id":"s1","content":"x","constructor":{"prototype":{"polluted":1}}}',
  '{"session_id":"s1","__proto__":{"content":"inherited"}}',
  '{"__proto__":{"session_id":"s1","content":"inherited"}}',
  '{"session_id":"s1","content":"x","meta":{"n":1e999,"z":-0,"b":123456789012345678901234567890}}',
  'first line\nsecond \u001b[31mline\u0007 of no JSON\r\n{"',
  '\u2028{"a\u2028b',
);

const jsonText = fc.oneof(
  { weight: 16, arbitrary: valid.map((value) => JSON.stringify(value)) },
  { weight: 8, arbitrary: hook.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: valid.map((value) => JSON.stringify(value, null, 2)) },
  { weight: 3, arbitrary: nearlyValid.map((value) => JSON.stringify(value)) },
  { weight: 2, arbitrary: badSession.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: nested },
  { weight: 2, arbitrary: oddText },
);

const encodings: Record<string, (text: string) => Buffer> = {
  plain: (text) => Buffer.from(text, 'utf8'),
  bom: (text) => Buffer.from(`\uFEFF${text}`, 'utf8'),
  twoBoms: (text) => Buffer.from(`\uFEFF\uFEFF${text}`, 'utf8'),
  utf16: (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
  utf16Bare: (text) => Buffer.from(text, 'utf16le'),
  latin1: (text) => Buffer.from(text, 'latin1'),
  crlf: (text) => Buffer.from(`\r\n${text.replaceAll('\n', '\r\n')}\r\n`, 'utf8'),
  nul: (text) => Buffer.from(`${text}\0`, 'utf8'),
  cut: (text) => Buffer.from(text, 'utf8').subarray(0, -1),
  overlong: (text) => Buffer.concat([Buffer.from(text), Buffer.from([0xc0, 0xaf])]),
};

const bytes = fc.oneof(
  { weight: 12, arbitrary: jsonText.map((text) => Buffer.from(text, 'utf8')) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(jsonText, fc.constantFrom(...Object.values(encodings)))
      .map(([text, encode]) => encode(text)),
  },
  {
    // A valid one with a byte changed.
    weight: 2,
    arbitrary: fc
      .tuple(valid, fc.nat(), fc.integer({ min: 0, max: 255 }))
      .map(([value, at, byte]) => {
        const changed = Buffer.from(JSON.stringify(value));
        changed[at % changed.length] = byte;
        return changed;
      }),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)) },
);

/** Anything a file can be called: not `/`, not NUL, at most 255 bytes. */
const stem = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[a-z0-9]{1,12}$/).map((text) => Buffer.from(text)) },
  {
    weight: 3,
    arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => Buffer.from(text)),
  },
  {
    weight: 2,
    arbitrary: fc.uint8Array({ min: 1, maxLength: 30 }).map((array) => Buffer.from(array)),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(
        ...[
          'a\nb',
          '\u001b[31m',
          '-rf',
          '*',
          '~',
          '$(id)',
          '`id`',
          "'",
          '"',
          '\\',
          ' ',
          'é',
          'e\u0301',
        ],
        ...[
          '\u202Egnp',
          '😀',
          'a.json',
          'x.reason.txt',
          '%2e%2e%2f',
          '..a',
          'con',
          '\u{10ffff}',
          '\ue000',
        ],
        ...['n'.repeat(250), '漢'.repeat(83), '1-permission-2', '.hidden'],
      )
      .map((text) => Buffer.from(text)),
  },
);
const ending = fc.oneof(
  { weight: 20, arbitrary: fc.constant('.json') },
  { weight: 1, arbitrary: fc.constantFrom('', '.JSON', '.json ', '.jsonl', '.json.tmp', '.json~') },
);
const name = fc.tuple(stem, ending).map(([start, end]) => {
  const allowed = Buffer.from(start.filter((byte) => byte !== 0 && byte !== 0x2f));
  const whole = Buffer.concat([allowed.subarray(0, 255 - end.length), Buffer.from(end)]);
  return whole.length === 0 || whole.equals(Buffer.from('.')) || whole.equals(Buffer.from('..'))
    ? Buffer.from('empty.json')
    : whole;
});

const now = Date.now();
const mtimeMs = fc.oneof(
  // So near that several are of the same moment, and the name decides.
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 5 }).map((n) => now - 60_000 + n) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 4_102_444_800_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, now + 86_400_000, 4_294_967_296_000) },
);

const planned = fc.record({ name, bytes, mtimeMs });

/** Files that will lie in the queue together; no two of one name, as the relay writes names down. */
export const batchOf = (atMost: number): fc.Arbitrary<Planned[]> =>
  fc.uniqueArray(planned, {
    ...{ minLength: 1, maxLength: atMost, size: 'max' },
    selector: (file) => file.name.toString('utf8').normalize('NFC'),
  });
