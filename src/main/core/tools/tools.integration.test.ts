import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { MessagesCall } from '#demo/messages-api.ts';
import type { SessionId } from '#shared/ids.ts';
import { openRelayFixture } from '../testing/relay-fixture.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A git repository with the given files, all committed. */
function repository(files: Record<string, string>): string {
  const root = mkdtempSync(path.join(tmpdir(), 'relay-project-'));
  folders.push(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: root });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-q', '-m', 'begin');
  return root;
}

/** Blocks of one type in the last message of a request. */
function lastBlocks(call: MessagesCall, type: string): Record<string, unknown>[] {
  const { content } = call.body.messages.at(-1) ?? { content: '' };
  if (typeof content === 'string') return [];
  return content.filter((block) => block.type === type) as Record<string, unknown>[];
}

function resultText(call: MessagesCall): string {
  return JSON.stringify(lastBlocks(call, 'tool_result'));
}

describe('the tool loop', () => {
  test('the supervisor reads a file, thinking goes back to it unchanged, and it answers', async () => {
    const root = repository({ 'notes.txt': 'the answer is 42\n' });
    await using relay = await openRelayFixture({
      script: (call, n) =>
        n === 1
          ? { text: 'Let me look.', tool: 'read_file', input: { path: 'notes.txt' } }
          : { text: `It says ${/answer is (\d+)/.exec(resultText(call))?.[1]}.` },
    });
    relay.drop('a.json', { session_id: 's1', content: 'What does it say?', cwd: root });
    expect(await relay.take('s1')).toBe('It says 42.');

    const [first, second] = relay.api.calls;
    expect(first?.body.tools?.map(({ name }) => name)).toContain('read_file');
    expect(second?.body.tools).toEqual(first?.body.tools);
    expect(second?.body.messages.slice(0, 1)).toMatchObject(first?.body.messages ?? []);
    const said = second?.body.messages.at(-2)?.content;
    expect(said).toMatchObject([
      { type: 'thinking', signature: expect.stringMatching(/.{20}/) },
      { type: 'text', text: 'Let me look.' },
      { type: 'tool_use', name: 'read_file', input: { path: 'notes.txt' } },
    ]);
    const call = relay.events.find(({ type }) => type === 'tool_call');
    const response = relay.events.find(({ type }) => type === 'tool_response');
    expect(call).toMatchObject({
      payload: { name: 'read_file', input: { path: 'notes.txt' }, said: 'Let me look.' },
    });
    expect(response).toMatchObject({
      toolUseId: call?.toolUseId,
      payload: { name: 'read_file', output: 'the answer is 42\n', isError: false },
    });
    const finished = relay.events.filter(({ type }) => type === 'call.finished');
    expect(finished).toHaveLength(2);
  });

  test('in later calls what was used is text, placed whole before the answer', async () => {
    const root = repository({ 'a.txt': 'alpha\n' });
    await using relay = await openRelayFixture({
      script: (_call, n) =>
        n === 1 ? { tool: 'read_file', input: { path: 'a.txt' } } : { text: `Answer ${n}.` },
    });
    relay.drop('a.json', { session_id: 's1', content: 'One.', cwd: root });
    await relay.take('s1');
    relay.drop('b.json', { session_id: 's1', content: 'Two.', cwd: root });
    expect(await relay.take('s1')).toBe('Answer 3.');
    const third = relay.api.calls[2];
    const sent = JSON.stringify(third?.body.messages);
    expect(sent).toMatch(/One\..*<tool_call.*read_file.*<tool_response.*alpha.*Answer 2\..*Two\./);
    expect(sent).not.toMatch(/"thinking"|"tool_use"|"tool_result"/);
  });

  test('unknown tools and bad input are answered, and a session without a folder has no files', async () => {
    await using relay = await openRelayFixture({
      script: (_call, n) => {
        if (n === 1) return { tool: 'launch_rocket', input: {} };
        if (n === 2) return { tool: 'read_file', input: { path: 'x' } };
        return { text: 'Never mind.' };
      },
    });
    relay.drop('a.json', { session_id: 's1', content: 'Hello.' });
    await relay.take('s1');
    const [first, second, third] = relay.api.calls;
    expect(first?.body.tools?.map(({ name }) => name)).not.toContain('read_file');
    expect(resultText(second as MessagesCall)).toMatch(/no tool \\"launch_rocket/);
    expect(resultText(third as MessagesCall)).toMatch(/works in a session's folder/);
    const root = repository({ 'a.txt': 'a' });
    relay.drop('b.json', { session_id: 's2', content: 'Hello.', cwd: root });
    await relay.take('s2');
  });

  test('after 25 rounds it is told to answer; if it does not, the owner is asked', async () => {
    const root = repository({ 'a.txt': 'a' });
    await using relay = await openRelayFixture({
      script: () => ({ tool: 'read_file', input: { path: 'a.txt' } }),
    });
    relay.drop('a.json', { session_id: 's1', content: 'Loop.', cwd: root });
    const item = await relay.waitFor('item.opened');
    expect(item.payload).toMatchObject({ kind: 'fault', code: 'too-many-rounds' });
    expect(relay.api.calls).toHaveLength(26);
    const told = lastBlocks(relay.api.calls[25] as MessagesCall, 'text');
    expect(JSON.stringify(told)).toMatch(/Give your answer now/);
    const uses = relay.events.filter(({ type }) => type === 'tool_call');
    const results = relay.events.filter(({ type }) => type === 'tool_response');
    expect(results.map(({ toolUseId }) => toolUseId)).toEqual(
      uses.map(({ toolUseId }) => toolUseId),
    );
  });

  test('a call that fails in the middle of a turn goes on where it was', async () => {
    const root = repository({ 'a.txt': 'alpha' });
    await using relay = await openRelayFixture({
      config: 'faults: { firstWaitSeconds: 0.01 }\n',
      script: (call, n) => {
        if (n === 1) return { tool: 'read_file', input: { path: 'a.txt' } };
        if (n === 2) return { fault: { status: 529 } };
        return { text: resultText(call).includes('alpha') ? 'Seen.' : 'Not seen.' };
      },
    });
    relay.drop('a.json', { session_id: 's1', content: 'Look.', cwd: root });
    expect(await relay.take('s1')).toBe('Seen.');
  });

  test('outputs that fill the window are shortened, and the answer comes all the same', async () => {
    const root = repository({ 'big.txt': 'x'.repeat(90_000) });
    await using relay = await openRelayFixture({
      config: 'conversation: { capCharacters: 150000 }\n',
      script: (_call, n) =>
        n <= 4 ? { tool: 'read_file', input: { path: 'big.txt' } } : { text: 'Enough.' },
    });
    relay.drop('a.json', { session_id: 's1', content: 'Read it four times.', cwd: root });
    expect(await relay.take('s1')).toBe('Enough.');
    for (const call of relay.api.calls) {
      expect(JSON.stringify(call.body.messages).length).toBeLessThan(260_000);
    }
  });
});

describe('what the owner has to approve', () => {
  const asked = { tool: 'bash', input: { command: 'echo "ran" > ran.txt; cat ran.txt' } };

  async function open(more: { config?: string } = {}) {
    const root = repository({ 'a.txt': 'a' });
    const relay = await openRelayFixture({
      ...more,
      script: (call, n) => (n === 1 ? asked : { text: `Heard: ${resultText(call)}` }),
    });
    relay.drop('a.json', { session_id: 's1', content: 'Done.', cwd: root });
    return { relay, root, ran: () => existsSync(path.join(root, 'ran.txt')) };
  }

  test('the inbox shows exactly what would run; nothing runs before it is approved', async () => {
    const { relay, ran } = await open();
    await using _ = relay;
    const opened = await relay.waitFor('item.opened');
    const [item] = await relay.call('inbox.list', {});
    expect(item).toMatchObject({ kind: 'tool', proposal: asked.input.command, holds: true });
    const [session] = await relay.call('sessions.list', {});
    expect(session).toMatchObject({ state: 'needs-owner', detail: 'asks you' });
    expect(ran()).toBe(false);
    await relay.call('inbox.approve', { itemId: opened.payload.itemId, via: 'cli' });
    expect(await relay.take('s1')).toMatch(/exit code 0.*stdout:.*ran/);
    expect(ran()).toBe(true);
  });

  test('dismissing denies it, an answer denies it with the reason, and it goes on', async () => {
    const first = await open();
    await using relay = first.relay;
    const one = await relay.waitFor('item.opened');
    await relay.call('inbox.dismiss', { itemId: one.payload.itemId, via: 'cli' });
    expect(await relay.take('s1')).toMatch(/Not run: the owner said no/);
    expect(first.ran()).toBe(false);

    const second = await open();
    await using other = second.relay;
    const two = await other.waitFor('item.opened');
    const text = 'Never write into this folder.';
    await other.call('inbox.answer', { itemId: two.payload.itemId, text, via: 'cli' });
    await other.take('s1');
    expect(second.ran()).toBe(false);
    const words = JSON.stringify(lastBlocks(other.api.calls[1] as MessagesCall, 'text'));
    expect(words).toMatch(/<owner [^>]*>\\nNever write into this folder\./);
  });

  test('a direct word to the session takes the place of it all', async () => {
    const { relay, ran } = await open();
    await using _ = relay;
    const { payload } = await relay.waitFor('item.opened');
    const text = 'Stop.';
    await relay.call('inbox.answer', { itemId: payload.itemId, text, direct: true, via: 'cli' });
    expect(await relay.take('s1')).toBe('Stop.');
    expect(relay.events.filter(({ type }) => type === 'tool_response')).toHaveLength(1);
    expect(ran()).toBe(false);
  });

  test('waiting survives a pause, and nothing approved runs before it is over', async () => {
    const { relay, ran } = await open();
    await using _ = relay;
    const { payload } = await relay.waitFor('item.opened');
    await relay.call('relay.pause', { via: 'cli' });
    await relay.call('inbox.approve', { itemId: payload.itemId, via: 'cli' });
    // Were it to run, it would by the time an envelope that comes later is taken.
    relay.drop('b.json', { session_id: 's9', content: 'Meanwhile.' });
    await relay.waitFor('envelope.accepted', ({ sessionId }) => sessionId === 's9');
    expect(ran()).toBe(false);
    expect(relay.events.filter(({ type }) => type === 'tool_response')).toHaveLength(0);
    await relay.call('relay.resume', { via: 'cli' });
    expect(await relay.take('s1')).toMatch(/exit code 0/);
  });

  test('a pause ends a command that runs', async () => {
    const root = repository({ 'a.txt': 'a' });
    await using relay = await openRelayFixture({
      config: 'tools: { policies: { bash: allow } }\n',
      script: (call, n) =>
        n === 1
          ? { tool: 'bash', input: { command: 'touch begun; sleep 100' } }
          : { text: resultText(call) },
    });
    relay.drop('a.json', { session_id: 's1', content: 'Done.', cwd: root });
    await expect.poll(() => existsSync(path.join(root, 'begun')), { timeout: 10_000 }).toBe(true);
    await relay.call('relay.pause', { via: 'cli' });
    const { payload } = await relay.waitFor('tool_response');
    expect(payload).toMatchObject({ isError: true });
    expect(payload.output).toMatch(/called off/);
    await relay.call('relay.resume', { via: 'cli' });
    await relay.take('s1');
  });

  test('after a restart the item is withdrawn and the supervisor is asked anew', async () => {
    const { relay, ran } = await open();
    await using _ = relay;
    const { payload } = await relay.waitFor('item.opened');
    await relay.restart();
    const settled = await relay.waitFor('item.settled');
    expect(settled.payload).toMatchObject({ itemId: payload.itemId, how: 'withdrawn' });
    expect(await relay.take('s1')).toMatch(/^Heard/);
    const sent = JSON.stringify(relay.api.calls[1]?.body.messages);
    expect(sent).toMatch(/<tool_call.*<tool_response.*Interrupted: Relay was stopped/);
    expect(ran()).toBe(false);
    expect(await relay.call('inbox.list', {})).toEqual([]);
  });

  test('the other sessions of the conversation go on meanwhile', async () => {
    const root = repository({ 'a.txt': 'a' });
    await using relay = await openRelayFixture({
      script: (call, n) => {
        if (n === 1) return asked;
        return lastBlocks(call, 'tool_result').length === 0
          ? { text: 'Second is answered.' }
          : { text: `First is answered: ${JSON.stringify(lastBlocks(call, 'text'))}` };
      },
    });
    relay.drop('a.json', { session_id: 's1', content: 'First session.', cwd: root });
    const { payload } = await relay.waitFor('item.opened');
    relay.drop('b.json', { session_id: 's2', content: 'Second session.', cwd: root });
    expect(await relay.take('s2')).toBe('Second is answered.');
    await relay.call('inbox.approve', { itemId: payload.itemId, via: 'cli' });
    const answer = await relay.take('s1');
    // It is told what was said since it asked.
    expect(answer).toMatch(/Second session.*Second is answered/);
    relay.drop('c.json', { session_id: 's1', content: 'Third.', cwd: root });
    await relay.take('s1');
    const sent = JSON.stringify(relay.api.calls.at(-1)?.body.messages);
    expect(sent).toMatch(/<tool_call[^>]*>(?:(?!<session).)*<tool_response/);
  });

  test('policies: of the settings, of the session, and the rules for commands', async () => {
    const root = repository({ 'a.txt': 'a' });
    const uses: { tool: string; input: unknown }[] = [
      { tool: 'bash', input: { command: 'cat a.txt' } },
      { tool: 'bash', input: { command: 'rm a.txt' } },
      { tool: 'read_file', input: { path: 'a.txt' } },
      { tool: 'list_files', input: {} },
    ];
    await using relay = await openRelayFixture({
      config: 'tools: { policies: { list_files: deny }, bashRules: { cat: allow, rm: deny } }\n',
      script: (_call, n) => uses[n - 2] ?? { text: n === 1 ? 'Hello.' : 'Done.' },
    });
    relay.drop('a.json', { session_id: 's1', content: 'One.', cwd: root });
    await relay.take('s1');
    const sessionId = 's1' as SessionId;
    await relay.call('session.setToolPolicy', { sessionId, tool: 'read_file', policy: 'deny' });
    relay.drop('b.json', { session_id: 's1', content: 'Two.', cwd: root });
    expect(await relay.take('s1')).toBe('Done.');
    const outputs = relay.events.flatMap((event) =>
      event.type === 'tool_response' ? [event.payload.output] : [],
    );
    expect(outputs[0]).toMatch(/stdout:\na/);
    for (const output of outputs.slice(1)) expect(output).toMatch(/does not allow this/);
    const offered = relay.api.calls[0]?.body.tools?.map(({ name }) => name);
    expect(offered).not.toContain('list_files');
    expect(offered).toContain('read_file');
  });
});

test('a session says that all tests pass; the supervisor runs them and sees that they do not', async () => {
  const root = repository({
    'package.json': JSON.stringify({ name: 'p', scripts: { test: 'node --test' }, type: 'module' }),
    'sum.js': 'export const sum = (a, b) => a - b;\n',
    'sum.test.js':
      "import { test } from 'node:test';\nimport { equal } from 'node:assert';\nimport { sum } from './sum.js';\ntest('sums', () => equal(sum(1, 2), 3));\n",
  });
  await using relay = await openRelayFixture({
    config: 'tools: { bashRules: { "node --test": allow } }\n',
    env: { PATH: `${path.dirname(process.execPath)}:${process.env.PATH}` },
    script: (call, n) => {
      if (n === 1) return { tool: 'bash', input: { command: 'node --test 2>&1' } };
      const failing = /# fail (\d+)|fail (\d+)/.exec(resultText(call));
      const count = failing?.[1] ?? failing?.[2] ?? '0';
      return count === '0'
        ? { tool: 'finish', input: { reason: 'The tests pass.' } }
        : { text: `I ran them: ${count} fails. Mend sum.js and run them again.` };
    },
  });
  relay.drop('a.json', { session_id: 's1', content: 'All tests pass. I am done.', cwd: root });
  expect(await relay.take('s1')).toBe('I ran them: 1 fails. Mend sum.js and run them again.');
  expect(relay.events.filter(({ type }) => type === 'item.opened')).toEqual([]);
});

test('a program that needs a terminal gets one', async () => {
  const root = repository({ 'a.txt': 'a' });
  const command = 'test -t 1 && printf "\\033[31mon a terminal\\033[0m\\n"; read -r x; exit 4';
  await using relay = await openRelayFixture({
    config: 'tools: { policies: { bash: allow } }\n',
    script: (call, n) => {
      if (n === 1) return { tool: 'bash', input: { command, tty: true } };
      if (n === 2) return { tool: 'bash', input: { command: 'test -t 1 || echo none' } };
      return { text: resultText(call) };
    },
  });
  relay.drop('a.json', { session_id: 's1', content: 'Done.', cwd: root });
  expect(await relay.take('s1')).toMatch(/none/);
  const { payload } = await relay.waitFor('tool_response');
  expect(payload.output).toMatch(/^exit code 4 after .*\n\nstdout:\non a terminal$/);
});

test('the owner sees every tool and what it may do, and who said so', async () => {
  await using relay = await openRelayFixture({
    config: 'tools: { policies: { web_get: allow } }\n',
    script: () => ({ text: 'Hello.' }),
  });
  relay.drop('a.json', { session_id: 's1', content: 'Hello.' });
  await relay.take('s1');
  const sessionId = 's1' as SessionId;
  await relay.call('session.setToolPolicy', { sessionId, tool: 'bash', policy: 'deny' });
  const tools = await relay.call('tools.list', { sessionId });
  expect(tools).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'read_file', policy: 'allow', origin: 'default' }),
      expect.objectContaining({ name: 'bash', policy: 'deny', origin: 'session' }),
      expect.objectContaining({ name: 'web_get', policy: 'allow', origin: 'settings' }),
    ]),
  );
  const general = await relay.call('tools.list', {});
  expect(general).toEqual(
    expect.arrayContaining([expect.objectContaining({ name: 'bash', policy: 'ask' })]),
  );
});
