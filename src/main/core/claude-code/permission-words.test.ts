import { describe, expect, it } from 'vitest';
import { permissionAnswer } from './permission-answer.ts';
import { describePermission, permissionUse } from './permission-words.ts';

const twoQuestions = {
  questions: [
    { question: 'Which colour?', header: 'C', options: [{ label: 'Red' }, { label: 'Blue' }] },
    { question: 'How many?', header: 'N', options: [{ label: 'One' }, { label: 'Two' }] },
  ],
};

describe('what the owner is shown', () => {
  it('is the command itself', () => {
    const words = describePermission('Bash', { command: 'rm -rf build/', description: 'Clean' });
    expect(words).toEqual({
      summary: 'Bash: rm -rf build/',
      proposal: '',
      reasoning: 'It says: Clean',
    });
  });

  it('leaves nothing out of what is long or has lines', () => {
    const long = `echo ${'x'.repeat(2_000)} && rm -rf /`;
    const words = describePermission('Bash', { command: long });
    expect(words.summary.length).toBeLessThan(320);
    expect(words.summary).toMatch(/…$/);
    expect(words.reasoning).toBe(long);
    const lines = describePermission('Bash', { command: 'true\nrm -rf /' });
    expect(lines).toMatchObject({ summary: 'Bash: true …', reasoning: 'true\nrm -rf /' });
  });

  it('spells out what would not be seen or would make it read as something else', () => {
    const { summary } = describePermission('Bash', { command: 'ls \u202Ex\u0007\u001b[2K\u200b' });
    expect(summary).toBe('Bash: ls \\u{202e}x\\u{7}\\u{1b}[2K\\u{200b}');
  });

  it('names the file and holds the whole input of any other tool', () => {
    const input = { file_path: '/etc/hosts', content: 'a\nb' };
    const words = describePermission('Write', input);
    expect(words.summary).toBe('Write: /etc/hosts');
    expect(JSON.parse(words.reasoning)).toEqual(input);
    expect(describePermission('mcp__x__y', { a: 1 }).summary).toBe('mcp__x__y: {"a":1}');
    expect(describePermission('Odd', undefined).summary).toBe('Odd: {}');
  });

  it('is all of what would be done, line by line, and nothing where nothing would', () => {
    const command = 'cd a\n\nrm -rf  b \u202e';
    expect(permissionUse('Bash', { command, description: 'Clean' })).toEqual({
      ...{ tool: 'Bash', text: 'cd a\n\nrm -rf  b \\u{202e}', remark: 'Clean' },
    });
    const input = { file_path: '/etc/hosts', content: 'a' };
    expect(JSON.parse(permissionUse('Write', input)?.text ?? '')).toEqual(input);
    expect(permissionUse('ExitPlanMode', { plan: 'x' })).toBeUndefined();
    expect(permissionUse('AskUserQuestion', twoQuestions)).toBeUndefined();
  });

  it('is the plan, and the question with its options', () => {
    expect(describePermission('ExitPlanMode', { plan: '# First' }).reasoning).toBe('# First');
    const words = describePermission('AskUserQuestion', twoQuestions);
    expect(words).toMatchObject({ summary: 'Which colour? How many?', proposal: 'Red\nOne' });
    expect(words.reasoning).toContain('2. Blue');
  });
});

describe('what Claude Code is answered', () => {
  const answer = (tool: string, input: unknown, decision: 'allow' | 'deny' | 'answer', text = '') =>
    (permissionAnswer(tool, input, { decision, text }).hookSpecificOutput as { decision: unknown })
      .decision;

  it('is a bare yes, or a no with the reason', () => {
    expect(answer('Bash', {}, 'allow')).toEqual({ behavior: 'allow' });
    expect(answer('Bash', {}, 'answer', 'Use git.')).toEqual({
      behavior: 'deny',
      message: 'Use git.',
    });
    expect(answer('Bash', {}, 'deny')).toMatchObject({ behavior: 'deny' });
    expect(permissionAnswer('Bash', {}, { decision: 'none', text: '' })).toEqual({});
  });

  it('is what a plan takes for a yes', () => {
    expect(answer('ExitPlanMode', {}, 'allow')).toEqual({ behavior: 'allow', updatedInput: {} });
    expect(answer('ExitPlanMode', {}, 'answer', 'No.')).toMatchObject({ behavior: 'deny' });
  });

  it.each<[string, 'allow' | 'answer', object]>([
    ['', 'allow', { 'Which colour?': 'Red', 'How many?': 'One' }],
    ['2\nthree', 'answer', { 'Which colour?': 'Blue', 'How many?': 'three' }],
    ['blue\n\n1.\n', 'answer', { 'Which colour?': 'Blue', 'How many?': 'One' }],
    ['You choose.', 'answer', { 'Which colour?': 'You choose.', 'How many?': 'You choose.' }],
    ['9\n0', 'answer', { 'Which colour?': '9', 'How many?': '0' }],
  ])('is for two questions and the word %j: %s %j', (text, decision, answers) => {
    const updatedInput = { ...twoQuestions, answers };
    expect(answer('AskUserQuestion', twoQuestions, decision, text)).toEqual({
      behavior: 'allow',
      updatedInput,
    });
  });
});
