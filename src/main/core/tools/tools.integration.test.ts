import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { MessagesCall } from '#demo/messages-api.ts';
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
