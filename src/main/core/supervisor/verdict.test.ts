import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Verdict } from '#shared/verdict.ts';
import { readVerdict, wordlessQuestion } from './verdict.ts';

const escalate = (input: unknown) => [{ name: 'escalate', input }];

describe('plain text', () => {
  test('is the reply, to the last blank', () => {
    expect(readVerdict('  Go on.\n', [])).toEqual({ kind: 'reply', text: '  Go on.\n' });
  });

  test('of nothing is no verdict', () => {
    expect(readVerdict('', [])).toBeUndefined();
    expect(readVerdict(' \n\t', [])).toBeUndefined();
  });
});

describe('the words of a finish', () => {
  test('are one when there is nothing else', () => {
    expect(readVerdict('(Finished, nothing sent. All 42 tests (and lint) pass.)\n', [])).toEqual({
      kind: 'finish',
      reason: 'All 42 tests (and lint) pass.',
    });
    expect(readVerdict('(Finished, nothing sent.)', [])).toEqual({ kind: 'finish', reason: '' });
  });

  test('are a reply when there is more', () => {
    const text = 'You wrote "(Finished, nothing sent. Done.)"; show the test run.';
    expect(readVerdict(text, [])).toEqual({ kind: 'reply', text });
    const after = '(Finished, nothing sent. Done.) Now run the tests.';
    expect(readVerdict(after, [])).toEqual({ kind: 'reply', text: after });
  });
});

describe('the marker', () => {
  test('counts when it ends within the first 200 characters, and not one later', () => {
    const marked = (before: number) => `${'x'.repeat(before)}[NEEDS-JC] Ship?`;
    expect(readVerdict(marked(190), [])).toMatchObject({ kind: 'escalate', question: 'Ship?' });
    expect(readVerdict(marked(191), [])).toEqual({ kind: 'reply', text: marked(191) });
  });

  test('counts characters as people do', () => {
    expect(readVerdict(`${'🙂'.repeat(190)}[NEEDS-JC] Ship?`, [])?.kind).toBe('escalate');
    expect(readVerdict(`${'🙂'.repeat(191)}[NEEDS-JC] Ship?`, [])?.kind).toBe('reply');
  });

  test('is exactly itself', () => {
    for (const text of ['[needs-jc] Ship?', 'NEEDS-JC: Ship?', '[NEEDS JC] Ship?']) {
      expect(readVerdict(text, [])).toEqual({ kind: 'reply', text });
    }
  });

  test.each<[string, object]>([
    ['[NEEDS-JC] Ship?', { question: 'Ship?', proposal: '', reasoning: '' }],
    [
      '[NEEDS-JC]\nShip on Friday?\nProposal: Wait until Monday.\n\nThe load test has not run.',
      {
        question: 'Ship on Friday?',
        proposal: 'Wait until Monday.',
        reasoning: 'The load test has not run.',
      },
    ],
    [
      '[NEEDS-JC] Ship on Friday?\n\nThe load test has not run.\n\n**Proposal:** Wait until Monday.\n\nOr not at all.',
      {
        question: 'Ship on Friday?',
        proposal: 'Wait until Monday.',
        reasoning: 'The load test has not run.\n\nOr not at all.',
      },
    ],
    [
      'Not mine to decide. [NEEDS-JC] Ship on Friday?',
      { question: 'Ship on Friday?', proposal: '', reasoning: 'Not mine to decide.' },
    ],
    ['Ship on Friday? [NEEDS-JC]', { question: 'Ship on Friday?', reasoning: '' }],
    [
      '[NEEDS-JC] Proposal:\n\nWait until Monday.\n\nThen ship.',
      { question: 'Then ship.', proposal: 'Wait until Monday.' },
    ],
    [
      '[NEEDS-JC]\nProposal: Wait.',
      { question: 'May the supervisor do this: Wait.', proposal: 'Wait.' },
    ],
    ['[NEEDS-JC]', { question: wordlessQuestion, proposal: '', reasoning: '' }],
  ])('splits %j', (text, expected) => {
    expect(readVerdict(text, [])).toMatchObject({ kind: 'escalate', ...expected });
  });

  test('finds the question in a long story and keeps the story', () => {
    const story = `${'The migration ran twice and left rows behind. '.repeat(8)}Drop them? I can wait.`;
    const verdict = readVerdict(`[NEEDS-JC] ${story}`, []);
    expect(verdict).toMatchObject({ question: 'Drop them?', reasoning: story });
  });

  test('only counts as a proposal where the line begins with it', () => {
    const verdict = readVerdict('[NEEDS-JC] Take the first proposal: yes or no?', []);
    expect(verdict).toMatchObject({
      question: 'Take the first proposal: yes or no?',
      proposal: '',
    });
  });
});

describe('a tool call', () => {
  test('escalates with the text before it as the beginning of the reasoning', () => {
    const input = { question: ' Ship? ', proposal: 'Wait.', reasoning: 'Untested.' };
    expect(readVerdict('I looked twice.', escalate(input))).toEqual({
      kind: 'escalate',
      question: 'Ship?',
      proposal: 'Wait.',
      reasoning: 'I looked twice.\n\nUntested.',
    });
  });

  test('escalates before it finishes, whichever came first', () => {
    const calls = [{ name: 'finish', input: { reason: 'Done.' } }, ...escalate({ question: 'Q?' })];
    expect(readVerdict('', calls)).toMatchObject({ kind: 'escalate', question: 'Q?' });
  });

  test('outweighs the marker, which does not show', () => {
    expect(readVerdict('[NEEDS-JC] See below.', escalate({ question: 'Ship?' }))).toEqual({
      kind: 'escalate',
      question: 'Ship?',
      proposal: '',
      reasoning: 'See below.',
    });
  });

  test('finishes with what was said', () => {
    const call = (input: unknown) => [{ name: 'finish', input }];
    expect(readVerdict('', call({ reason: 'Done.' }))).toEqual({ kind: 'finish', reason: 'Done.' });
    expect(readVerdict('All green.', call({}))).toEqual({ kind: 'finish', reason: 'All green.' });
    expect(readVerdict('', call(7))).toEqual({ kind: 'finish', reason: '' });
  });

  test('without a question takes it from the text, else from the proposal, else says so', () => {
    expect(readVerdict('Ship?\n\nI am not sure.', escalate({}))).toMatchObject({
      question: 'Ship?',
      reasoning: 'I am not sure.\n\n{}',
    });
    expect(readVerdict('', escalate({ proposal: 'Wait.' }))).toMatchObject({
      question: 'May the supervisor do this: Wait.',
      reasoning: '',
    });
    expect(readVerdict('', escalate('{"question": "Sh'))).toMatchObject({
      question: wordlessQuestion,
      reasoning: '{"question": "Sh',
    });
  });

  test('of no known tool yields to the text, and without text goes to the owner', () => {
    const calls = [{ name: 'deploy', input: { to: 'production' } }];
    expect(readVerdict('Go on.', calls)).toEqual({ kind: 'reply', text: 'Go on.' });
    expect(readVerdict('', calls)).toMatchObject({
      kind: 'escalate',
      question: expect.stringContaining('"deploy"'),
      reasoning: '{"to":"production"}',
    });
  });
});

test('whatever is said or called, the verdict is one or there is none, and nothing throws', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('[NEEDS-JC]', 'Proposal:', '\n', '\n\n', ' ', 'Ship?', 'x'))
      .map((parts) => parts.join('')),
  );
  const call = fc.record({
    name: fc.constantFrom('escalate', 'finish', 'other'),
    input: fc.oneof(
      fc.anything(),
      fc.dictionary(fc.constantFrom('question', 'proposal', 'reasoning', 'reason'), fc.anything()),
    ),
  });
  fc.assert(
    fc.property(text, fc.array(call, { maxLength: 3 }), (said, calls) => {
      const verdict = readVerdict(said, calls);
      if (verdict === undefined) return said.trim() === '' && calls.length === 0;
      return Verdict.safeParse(verdict).success;
    }),
    { numRuns: 2_000 },
  );
});

test('a reply is never changed, and has no marker in its first 200 characters', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 600 }), fc.nat(400), fc.boolean(), (said, at, isMarked) => {
      const text = isMarked ? `${said.slice(0, at)}[NEEDS-JC]${said.slice(at)}` : said;
      const verdict = readVerdict(text, []);
      const isHead = Array.from(text).slice(0, 200).join('').includes('[NEEDS-JC]');
      if (isHead) return verdict?.kind === 'escalate';
      return verdict === undefined
        ? text.trim() === ''
        : verdict.kind === 'reply' && verdict.text === text;
    }),
    { numRuns: 2_000 },
  );
});
