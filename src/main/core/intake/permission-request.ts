import path from 'node:path';
import { describePermission } from '../claude-code/permission-words.ts';
import type { AskedWord } from '../engine/command.ts';

/** What permission.sh names its envelopes; the name becomes part of the answer's path. */
const requestName = /^(\d{1,20}-permission-\d{1,10})\.json$/;
const agentName = /^[A-Za-z0-9_-]{1,128}$/;

/** The raw stdin of Claude Code's PermissionRequest hook (claude-code-contract.md 5); undefined for
 * what no hook waits for. */
export function readPermissionRequest(
  value: Record<string, unknown>,
  fileName: string,
): AskedWord | undefined {
  const request = requestName.exec(fileName)?.[1];
  const { tool_name: tool, tool_input: input, relay } = value;
  if (request === undefined || typeof tool !== 'string' || tool === '') return undefined;
  const hookPid =
    typeof relay === 'object' && relay !== null && 'hookPid' in relay ? relay.hookPid : null;
  return {
    kind: 'asked',
    request,
    tool,
    input,
    hookPid: typeof hookPid === 'number' ? hookPid : null,
    transcript: transcriptOf(value),
    ...describePermission(tool, input),
  };
}

/** A subagent writes into a file of its own, beside that of its session. */
function transcriptOf({ transcript_path: file, agent_id: agent }: Record<string, unknown>) {
  if (typeof file !== 'string' || !path.isAbsolute(file) || !file.endsWith('.jsonl')) return null;
  if (agent === undefined) return file;
  if (typeof agent !== 'string' || !agentName.test(agent)) return null;
  return path.join(file.slice(0, -'.jsonl'.length), 'subagents', `agent-${agent}.jsonl`);
}
