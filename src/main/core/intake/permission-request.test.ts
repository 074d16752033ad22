import { expect, it } from 'vitest';
import { readPermissionRequest } from './permission-request.ts';

const name = '1790000000-permission-123.json';
const value = {
  tool_name: 'Bash',
  tool_input: { command: 'ls' },
  transcript_path: '/home/me/.claude/projects/p/s-1.jsonl',
  relay: { hookPid: 123 },
};

it('is what a hook waits for, by the name of its file', () => {
  expect(readPermissionRequest(value, name)).toMatchObject({
    request: '1790000000-permission-123',
    tool: 'Bash',
    hookPid: 123,
    transcript: value.transcript_path,
    summary: 'Bash: ls',
  });
});

it.each(['../../1-permission-2.json', '1-permission-2', 'x.json', '1-permission-2.json.json', ''])(
  'is not asked by %j, whose answer would lie elsewhere',
  (other) => {
    expect(readPermissionRequest(value, other)).toBeUndefined();
  },
);

it('follows a subagent into its own transcript, and no other path', () => {
  const of = (more: object) => readPermissionRequest({ ...value, ...more }, name)?.transcript;
  expect(of({ agent_id: 'a1' })).toBe('/home/me/.claude/projects/p/s-1/subagents/agent-a1.jsonl');
  expect(of({ agent_id: '../x' })).toBeNull();
  expect(of({ transcript_path: 'relative.jsonl' })).toBeNull();
  expect(of({ transcript_path: '/etc/passwd' })).toBeNull();
});
