import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAP_VARIABLE, hookBlock } from './hook-commands.ts';
import { addHooks, hooksPresent, removeHooks, undoHooks } from './hook-settings.ts';

const home = '/home/someone/.relay';
const other = { type: 'command', command: 'echo other' };

function connected(text: string) {
  const outcome = addHooks(text, home);
  if (!outcome.ok) throw new Error(outcome.problem.message);
  return outcome.value;
}

function disconnected(text: string, undo?: ReturnType<typeof connected>['undo']) {
  const outcome = removeHooks(text, home, undo);
  if (!outcome.ok) throw new Error(outcome.problem.message);
  return outcome.value;
}

/** Settings as people have them: other keys, other hooks on our events, empty lists, own limits. */
const group = fc.record(
  {
    matcher: fc.string(),
    hooks: fc.array(fc.record({ type: fc.constant('command'), command: fc.string() }), {
      maxLength: 2,
    }),
  },
  { requiredKeys: ['hooks'] },
);
const someHooks = fc.dictionary(
  fc.constantFrom('Stop', 'PreToolUse', 'SessionStart', 'FileChanged', 'Notification'),
  fc.array(group, { maxLength: 3 }),
);
const someEnv = fc.dictionary(
  fc.constantFrom('FOO', 'BAR', CAP_VARIABLE),
  fc.constantFrom('0', '20', 'x"y\\'),
);
const settings = fc
  .record(
    {
      model: fc.string(),
      permissions: fc.jsonValue({ maxDepth: 2 }),
      hooks: someHooks,
      env: someEnv,
      statusLine: fc.jsonValue({ maxDepth: 2 }),
    },
    { requiredKeys: [] },
  )
  .map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>);
const layout = fc.record({
  indent: fc.constantFrom(0, 1, 2, 4, '\t'),
  ending: fc.constantFrom('', '\n', '\n\n'),
  lineEnd: fc.constantFrom('\n', '\r\n'),
  mark: fc.constantFrom('', '\uFEFF'),
});
const file = fc.tuple(settings, layout).map(([value, { indent, ending, lineEnd, mark }]) => ({
  value,
  text: mark + `${JSON.stringify(value, null, indent)}${ending}`.replaceAll('\n', lineEnd),
}));

const parse = (text: string) => JSON.parse(text.replace(/^\uFEFF/, ''));

describe('connecting and disconnecting', () => {
  it('gives the same bytes for any settings file', () => {
    fc.assert(
      fc.property(file, ({ text }) => {
        const { text: after, undo } = connected(text);
        expect(undoHooks(after, undo)).toBe(text);
      }),
    );
  });

  it('gives the same bytes without remembering the edits, for a file that was laid out by a program', () => {
    fc.assert(
      fc.property(file, ({ text }) => {
        const { text: after, undo } = connected(text);
        expect(disconnected(after, undo)).toBe(text);
      }),
    );
  });

  it('adds every hook and lifts the limit, and changes nothing else', () => {
    fc.assert(
      fc.property(file, ({ text, value }) => {
        const after = parse(connected(text).text);
        expect(hooksPresent(connected(text).text, home)).toBe('all');
        expect(after.env[CAP_VARIABLE]).toBe('0');
        const before = value as { hooks?: Record<string, unknown[]>; env?: object };
        for (const [event, groups] of Object.entries(before.hooks ?? {})) {
          expect(after.hooks[event].slice(0, groups.length)).toEqual(groups);
        }
        expect({ ...after, hooks: 0, env: 0 }).toEqual({ ...before, hooks: 0, env: 0 });
        expect(after.env).toEqual({ ...before.env, [CAP_VARIABLE]: '0' });
      }),
    );
  });

  it('removes only its own from a file that was edited in between', () => {
    const { text, undo } = connected('{\n  "model": "opus"\n}\n');
    const edited = parse(text);
    edited.hooks.Stop[0].hooks.push(other);
    edited.hooks.PreToolUse = [{ hooks: [other] }];
    edited.env.FOO = 'bar';
    const left = parse(disconnected(JSON.stringify(edited), undo));
    expect(left).toEqual({
      model: 'opus',
      hooks: { Stop: [{ hooks: [other] }], PreToolUse: [{ hooks: [other] }] },
      env: { FOO: 'bar' },
    });
  });

  it('gives back the limit that was set before', () => {
    const { text, undo } = connected(`{"env":{"${CAP_VARIABLE}":"20"}}`);
    expect(parse(disconnected(`${text} `, undo)).env).toEqual({ [CAP_VARIABLE]: '20' });
  });

  it('leaves a limit alone that someone has changed since', () => {
    const { text, undo } = connected('{}');
    const edited = parse(text);
    edited.env[CAP_VARIABLE] = '12';
    expect(parse(disconnected(JSON.stringify(edited), undo)).env).toEqual({ [CAP_VARIABLE]: '12' });
  });

  it('does not touch the hooks of another home', () => {
    const { text } = connected('{}');
    expect(disconnected(text)).toBe('{}');
    const outcome = removeHooks(text, '/home/someone/.relay-2');
    expect(outcome).toEqual({ ok: true, value: text });
  });

  it('knows its hooks in a home whose path needs quotes', () => {
    const odd = "/home/some one/it's";
    const outcome = addHooks('{}', odd);
    if (!outcome.ok) throw new Error('refused');
    expect(hookBlock(odd).Stop?.[0]?.hooks[0]?.command).toBe(
      `'/home/some one/it'\\''s/hooks/stop.sh'`,
    );
    expect(removeHooks(outcome.value.text, odd)).toEqual({ ok: true, value: '{}' });
  });
});

describe('files that Claude Code itself would not read', () => {
  it.each([
    '{ "a": 1, }',
    '// note\n{}',
    '[]',
    '{"hooks":[]}',
    '{"hooks":{"Stop":{}}}',
    '{"env":1}',
  ])('refuses %s', (text) => {
    expect(addHooks(text, home)).toMatchObject({
      ok: false,
      problem: { code: 'settings-malformed' },
    });
  });

  it('takes an empty file as no settings', () => {
    const { text, undo } = connected('');
    expect(hooksPresent(text, home)).toBe('all');
    expect(undoHooks(text, undo)).toBe('');
  });
});

it('found by fuzzing: settings that nobody could take apart again are refused', () => {
  const deep = `{"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
  expect(addHooks(deep, home)).toMatchObject({ problem: { code: 'settings-malformed' } });
});
