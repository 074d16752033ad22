import path from 'node:path';
import type { Answer, MessagesCall } from '#demo/messages-api.ts';
import { words } from '../../src/renderer/words.ts';
import { expect, test } from '../support/interface.ts';
import { letter, partsOf } from '../support/parts.ts';
import { createProject, type Project } from '../support/project.ts';
import { toolResults } from '../support/tool-results.ts';

/** The tests of the project run on the Node that runs these specs, wherever that is. */
const programs = `${path.dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`;

const sum = (operator: string) => `exports.sum = (a, b) => a ${operator} b;\n`;
const testFile = `const { test } = require('node:test');
const assert = require('node:assert');
const { sum } = require('../src/sum.js');
test('adds', () => assert.equal(sum(2, 3), 5));
test('adds nothing', () => assert.equal(sum(2, 0), 2));
`;

const claim = 'Done: sum() is simpler now, and all tests pass. Shall I commit it?';
const doubt = 'It says that all tests pass. I look at the change and run them myself.';

/** Looks at the change, then runs the tests, and answers by what they said. */
function careful(call: MessagesCall): Answer {
  const [result] = toolResults(call);
  if (!result) return { text: doubt, tool: 'git_diff', input: {} };
  // Each command counts on what the one before has left: the shell is the session's own.
  if (result.text.includes('## main')) {
    return { tool: 'bash', input: { command: 'cd test; checked=yes' } };
  }
  if (!result.text.includes('stdout')) {
    return { tool: 'bash', input: { command: 'node --test && echo "checked: $checked"' } };
  }
  const failed = /not ok \d+ - (.+)|✖ (.+?) \(/.exec(result.text);
  const name = failed?.[1] ?? failed?.[2];
  return name === undefined
    ? { text: 'They pass. Commit it with a message that says why.' }
    : { text: `Do not commit: the test **${name}** fails. sum() subtracts. Mend it.` };
}

let project: Project;

test.beforeEach(() => {
  project = createProject({ 'src/sum.js': sum('+'), 'test/sum.test.js': testFile });
  // What the session did, and says that it tested.
  project.write({ 'src/sum.js': sum('-') });
});

test.afterEach(() => project.remove());

test('a session claims that all tests pass: the supervisor runs them and sees that they do not', async ({
  openInterface,
}) => {
  const { page, relay, supervisor } = await openInterface({
    script: careful,
    env: { PATH: programs },
    config: 'tools:\n  bashRules:\n    node --test: allow\n    cd test: allow\n    echo: allow\n',
  });
  const { row, log, inbox } = partsOf(page);
  const say = (content: string) =>
    relay.drop({ session_id: 'sum', title: 'sum', content, cwd: project.root });
  const tool = (name: string) => log.locator('.tool').filter({ hasText: name });

  await test.step('the first command has to be allowed, for what it sets no rule can see', async () => {
    say(claim);
    const card = partsOf(page).card(/May the supervisor use bash/);
    await expect(card).toContainText('cd test; checked=yes');
    expect(supervisor.api.calls).toHaveLength(2);
    await card.getByRole('button', { name: words.inbox.allow }).click();
  });

  await test.step('it answers by what it saw', async () => {
    expect(await relay.take('sum')).toBe(
      'Do not commit: the test **adds** fails. sum() subtracts. Mend it.',
    );
    await expect(inbox.getByText(words.inbox.nothing)).toBeVisible();
    const sent = supervisor.api.calls.flatMap(toolResults).map(({ text }) => text);
    expect(sent).toHaveLength(3);
    expect(sent[0]).toContain('+exports.sum = (a, b) => a - b;');
    expect(sent[2]).toMatch(/exit code 1/);
    expect(sent[2]).not.toContain('checked: yes');
  });

  await test.step('the window shows every step, in order', async () => {
    await row('sum').click();
    await expect(letter(log, 'all tests pass. Shall I commit it?')).toBeVisible();
    await expect(log.getByText(doubt)).toBeVisible();
    await expect(log.locator('.tool')).toHaveCount(3);
    await expect(tool('git_diff')).toContainText(words.conversation.tool.done);
    await expect(tool('cd test')).toContainText(words.item.leave.approved);
    await expect(tool('cd test')).toContainText(words.conversation.tool.exit(0));
    await expect(tool('node --test')).toContainText(words.conversation.tool.exit(1));
    const answer = letter(log, 'the test adds fails');
    await expect(answer).toContainText('claimed');
    const order = await log.evaluate((element) => element.textContent ?? '');
    const places = [
      'Shall I commit',
      doubt,
      'git_diff',
      'cd test',
      'node --test',
      'Do not commit',
    ].map((words) => order.indexOf(words));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  await test.step('and what each tool said, once it is opened', async () => {
    const diff = tool('git_diff');
    await diff.getByRole('button').first().click();
    await expect(diff).toContainText('-exports.sum = (a, b) => a + b;');
    const tests = tool('node --test');
    await tests.getByRole('button').first().click();
    await expect(tests).toContainText('exit code 1');
    await tests.getByRole('button', { name: /more/ }).click();
    await expect(tests).toContainText('fail 1');
  });

  await test.step('the receipt has every step and every call', async () => {
    await letter(log, 'the test adds fails')
      .getByRole('button', { name: words.conversation.receipt })
      .click();
    const receipt = page.getByRole('dialog', { name: words.receipt.title('x1') });
    const { steps, call: calls } = words.receipt;
    const names = [
      steps.envelope,
      ...[steps.call, steps.finished, steps.tool('git_diff'), steps.toolDone],
      ...[steps.call, steps.finished, steps.tool('bash'), steps.asked, steps.settled],
      ...[steps.toolDone, steps.call, steps.finished, steps.tool('bash'), steps.toolDone],
      ...[steps.call, steps.finished, steps.verdict.reply, steps.queued],
      ...[steps.written, steps.claimed, steps.closed],
    ];
    await expect(receipt.locator('.steps .step-name')).toHaveText(names);
    await expect(receipt.locator('.receipt-sum')).toContainText(words.inbox.calls(4));
    await expect(receipt.getByText(calls.tools('git_diff'), { exact: true })).toBeVisible();
    await expect(receipt.getByText(calls.tools('bash'), { exact: true })).toHaveCount(2);
    await page.keyboard.press('Escape');
  });

  await test.step('once it is mended, the same shell says so, and nobody is asked', async () => {
    project.write({ 'src/sum.js': sum('+') });
    const before = supervisor.api.calls.length;
    supervisor.willSay({ tool: 'bash', input: { command: 'node --test && echo "$checked"' } });
    say('Mended. All tests pass.');
    expect(await relay.take('sum')).toBe('They pass. Commit it with a message that says why.');
    const [result] = toolResults(supervisor.api.calls[before + 1]);
    expect(result?.text).toMatch(/exit code 0[\s\S]*\nyes/);
    await expect(tool('node --test').last()).toContainText(words.conversation.tool.exit(0));
    await expect(letter(log, 'They pass.')).toBeVisible();
  });
});
