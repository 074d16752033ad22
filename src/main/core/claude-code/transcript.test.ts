import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { watchPrompt, watchToolUse } from './transcript.ts';

const askedAt = Date.parse('2026-11-21T10:00:00Z');
const input = { command: 'make it 😀', description: 'x' };

function transcript() {
  const folder = mkdtempSync(join(tmpdir(), 'relay-transcript-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 't.jsonl');
  const line = (content: object, timestamp: string) =>
    `${JSON.stringify({ type: 'x', timestamp, message: { content: [content] } })}\n`;
  const use = (id: string, at: string, used: object = input) =>
    line({ type: 'tool_use', id, name: 'Bash', input: used }, at);
  const result = (id: string, at: string) =>
    line({ type: 'tool_result', tool_use_id: id, content: 'done' }, at);
  return { file, use, result, watch: () => watchToolUse(file, { tool: 'Bash', input, askedAt }) };
}

it('is over with the result of this very use, and not with that of an earlier, equal one', () => {
  const { file, use, result, watch } = transcript();
  writeFileSync(file, `not json\n${use('t1', '2026-11-21T09:00:00Z')}`);
  appendFileSync(file, result('t1', '2026-11-21T09:00:01Z'));
  appendFileSync(file, use('t2', '2026-11-21T09:59:59Z') + use('t3', '2026-11-21T09:59:59Z', {}));
  const watching = watch();
  expect(watching.isOver()).toBe(false);
  appendFileSync(file, result('t3', '2026-11-21T10:00:01Z'));
  expect(watching.isOver()).toBe(false);
  const last = result('t2', '2026-11-21T10:00:02Z');
  appendFileSync(file, last.slice(0, 60));
  expect(watching.isOver()).toBe(false);
  appendFileSync(file, last.slice(60));
  expect(watching.isOver()).toBe(true);
});

it('waits for nobody where something else is in its place', () => {
  const { file, watch } = transcript();
  execFileSync('mkfifo', [file]);
  expect(watch().isOver()).toBe(false);
});

it('reads on in pieces, however much there is by now', () => {
  const { file, use, result, watch } = transcript();
  writeFileSync(file, use('t1', '2026-11-21T09:59:59Z'));
  const watching = watch();
  expect(watching.isOver()).toBe(false);
  appendFileSync(file, `${'x'.repeat(1_000)}\n`.repeat(20_000));
  appendFileSync(file, result('t1', '2026-11-21T10:00:01Z'));
  const looks = Array.from({ length: 3 }, () => watching.isOver());
  expect(looks).toEqual([false, false, true]);
});

it('is not over where there is no transcript', () => {
  expect(watchToolUse('/nowhere/t.jsonl', { tool: 'Bash', input, askedAt }).isOver()).toBe(false);
});

it('has a prompt once it stands there whole, with the words and the time', () => {
  const { file } = transcript();
  const watching = watchPrompt(file, { text: 'Go on. 😀\n', since: askedAt });
  expect(watching.hasArrived()).toBe(undefined);
  const prompt = (content: unknown, timestamp: string, type = 'user') =>
    `${JSON.stringify({ type, timestamp, message: { content } })}\n`;
  writeFileSync(file, prompt('Go on. 😀', '2026-11-21T09:59:00Z'));
  appendFileSync(file, prompt('Go on. 😀', '2026-11-21T10:00:01Z', 'assistant'));
  appendFileSync(file, prompt([{ type: 'text', text: 'Stop.' }], '2026-11-21T10:00:01Z'));
  expect(watching.hasArrived()).toBe(false);
  const line = Buffer.from(prompt([{ type: 'text', text: 'Go on. 😀' }], '2026-11-21T10:00:02Z'));
  appendFileSync(file, line.subarray(0, -20));
  expect(watching.hasArrived()).toBe(false);
  appendFileSync(file, line.subarray(-20));
  expect(watching.hasArrived()).toBe(true);
  rmSync(file);
  expect(watching.hasArrived()).toBe(true);
});

it('looks through all of a long transcript', () => {
  const { file } = transcript();
  const old = `${JSON.stringify({ type: 'user', message: { content: 'x'.repeat(1_000_000) } })}\n`;
  const prompt = {
    type: 'user',
    timestamp: '2026-11-21T10:00:01Z',
    message: { content: 'Go on.' },
  };
  writeFileSync(file, `${JSON.stringify(prompt)}\n${old.repeat(20)}`);
  expect(watchPrompt(file, { text: 'Go on.', since: askedAt }).hasArrived()).toBe(true);
});
