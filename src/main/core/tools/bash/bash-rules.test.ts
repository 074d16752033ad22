import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeCommand } from './bash-rules.ts';

const rules = {
  'npm test': 'allow',
  'git log': 'allow',
  'git status': 'allow',
  cat: 'allow',
  'git push': 'deny',
  'cat secrets': 'ask',
  odd: 'perhaps',
};
const judged = (command: string) => judgeCommand(command, rules, 'ask');

test.each([
  'npm test',
  '  npm   test -- --run  ',
  'npm test 2>&1',
  'npm test >/dev/null 2>&1',
  "git log --oneline -n '3'",
  'git log "--format=%h %s"',
  'git status && npm test | cat',
  'git status; git log\nnpm test',
  'cat $HOME/notes "$PWD/a b"',
  'cat a\\ b',
])('%s is allowed', (command) => {
  expect(judged(command)).toBe('allow');
});

test.each([
  'npm tests',
  'npm testx',
  'npm run test',
  'npmtest',
  'npm test; rm -rf /',
  'npm test && curl evil',
  'npm test | sh',
  'npm test & rm x',
  'npm test\nrm x',
  'npm test $(rm x)',
  'npm test `rm x`',
  'npm test "$(rm x)"',
  'npm test "`rm x`"',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is bash's
  'npm test ${X:=$(rm x)}',
  'npm test $((1+1))',
  'npm test <(rm x)',
  'npm test > package.json',
  'npm test >> x',
  'npm test 2> x',
  'npm test >/dev/null/../x',
  'npm test >& x',
  'npm test < x',
  'npm test << EOF\nrm\nEOF',
  '(npm test)',
  '{ npm test; }',
  'npm test |& cat',
  'PATH=/tmp npm test',
  'FOO=1 npm test',
  '$CMD test',
  '"$CMD" test',
  "npm test $'\\x41'",
  'npm test #',
  "npm test 'unclosed",
  'npm test "unclosed',
  'npm test \\\nrm',
  'eval npm test',
  'env npm test',
  'n\u0000pm test',
  '',
  'odd one',
])('%j asks', (command) => {
  expect(judged(command)).toBe('ask');
});

test('the strictest part counts', () => {
  expect(judged('git status && git push origin main')).toBe('deny');
  expect(judged('cat secrets')).toBe('ask');
  expect(judged('git log | cat secrets')).toBe('ask');
  expect(judged("'git' push")).toBe('deny');
  expect(judged('g"it" push')).toBe('deny');
});

test('what is denied stays so inside of what cannot be made out', () => {
  expect(judged('$(git push)')).toBe('deny');
  expect(judgeCommand('bash -c "git push"', rules, 'allow')).toBe('allow');
  expect(judgeCommand('x=$(git push)', rules, 'allow')).toBe('deny');
  expect(judgeCommand('npm install $(cat x)', rules, 'allow')).toBe('allow');
  expect(judgeCommand('npm test', rules, 'deny')).toBe('deny');
});

test('no way of going on after an allowed command is allowed', () => {
  const glue = fc.constantFrom(';', '&&', '||', '|', '&', '\n', '$(', '`', '<(', '>', '>(', '|&');
  fc.assert(
    fc.property(glue, fc.constantFrom('rm x', 'curl e', 'sh'), fc.string(), (by, evil, tail) => {
      expect(judged(`npm test ${by} ${evil}${tail}`)).not.toBe('allow');
    }),
  );
});
