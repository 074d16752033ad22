import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { addHooks, hooksPresent, removeHooks, undoHooks } from '#core/claude-code/hook-settings.ts';
import { readClaudeLine } from '#core/supervisor/claude-code-lines.ts';
import { judgeCommand } from '#core/tools/bash/bash-rules.ts';
import {
  bytesOf,
  type Given,
  type Look,
  type ParserTarget,
  shapeOf,
  textOf,
} from './parser-target.ts';

const home = "/home/o'neil/.relay";

/** Claude Code's own settings, into which `connect` writes. */
export const claudeSettings: ParserTarget = {
  name: 'Claude Code settings',
  samples: bytesOf(
    ...['', '{}', '{\n}\n', '{"model":"opus"}', '{\r\n\t"env": {"A": "1"},\r\n\t"hooks": {}\r\n}'],
    '{\n  "hooks": {\n    "Stop": [\n      {"hooks": [{"type": "command", "command": "x"}]}\n    ]\n  }\n}\n',
    '{"env":{"CLAUDE_CODE_STOP_HOOK_BLOCK_CAP":"8"},"hooks":{"Stop":[],"PreToolUse":[{"matcher":"*"}]}}',
  ),
  generated: fc
    .record(
      { hooks: fc.jsonValue(), env: fc.jsonValue(), model: fc.jsonValue() },
      { requiredKeys: [] },
    )
    .chain((value) => fc.constantFrom(JSON.stringify(value), JSON.stringify(value, null, '\t')))
    .map((text) => Buffer.from(text, 'utf8')),
  look: lookAtSettings,
};

function lookAtSettings({ bytes }: Given): Look {
  const text = textOf(bytes);
  const bare = removeHooks(text, home);
  const added = bare.ok ? addHooks(bare.value, home) : bare;
  if (!bare.ok || !added.ok) {
    const { message } = added.ok ? { message: '' } : added.problem;
    return { problems: [], outcome: shapeOf(message) };
  }
  const problems: string[] = [];
  const { text: after, undo } = added.value;
  if (hooksPresent(after, home) !== 'all') problems.push('The hooks are not all there.');
  if (undoHooks(after, undo) !== bare.value) problems.push('It cannot be taken back to the byte.');
  const removed = removeHooks(after, home, undo);
  if (!removed.ok) problems.push('What was added cannot be removed.');
  else if (!isDeepStrictEqual(parsed(removed.value), parsed(bare.value))) {
    problems.push('Removing leaves another value behind than there was.');
  }
  return { problems, outcome: Object.values(undo).map(String).join() };
}

function parsed(text: string): unknown {
  return text.trim() === '' ? {} : JSON.parse(text.replace(/^\uFEFF/, ''));
}

/** What `claude -p` writes. */
export const claudeLines: ParserTarget = {
  name: 'claude -p lines',
  samples: bytesOf(
    '{"type":"stream_event","event":{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}}}',
    '{"type":"result","is_error":false,"num_turns":1,"result":"Yes.","terminal_reason":null}',
    '{"type":"assistant","error":"rate_limit"}',
    '{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1700000000}}',
    '{"type":"system","subtype":"init"}',
  ),
  generated: fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value), 'utf8')),
  look({ bytes }) {
    const line = readClaudeLine(textOf(bytes));
    const isBad = line.kind === 'limit' && !Number.isFinite(line.resetsAtMs);
    return { problems: isBad ? ['A limit that never ends.'] : [], outcome: line.kind };
  },
};

const rules = { 'git status': 'allow', 'npm test': 'allow', rm: 'deny', git: 'ask' };

/** What the supervisor would run, against the owner's rules. */
export const commands: ParserTarget = {
  name: 'shell commands',
  samples: bytesOf(
    ...['git status', 'npm test -- --run', 'git status && npm test', 'git status; rm -rf x'],
    ...['echo "$(rm x)"', "git status 'a b' >/dev/null 2>&1", 'A=1 git status', 'git status\nrm x'],
    ...['git status | cat', '`rm`', 'git "status"', 'g\\it status', '(rm x)', 'git status &'],
  ),
  generated: fc
    .array(
      fc.constantFrom(
        'git',
        'status',
        'rm',
        ' ',
        '\n',
        ';',
        '&',
        '|',
        '$',
        '(',
        '`',
        '"',
        "'",
        '\\',
        '<',
        '>',
        '{',
        '}',
      ),
    )
    .map((words) => Buffer.from(words.join(''), 'utf8')),
  look({ bytes }) {
    const command = textOf(bytes);
    const judged = judgeCommand(command, rules, 'ask');
    const problems: string[] = [];
    // Whatever is around it: what could run something else is never allowed without a question.
    if (judged === 'allow' && /[`\0]|\$\(|<\(|>\(|\$\{/.test(withoutSingleQuotes(command))) {
      problems.push(`Allowed: ${JSON.stringify(command.slice(0, 200))}.`);
    }
    const bare = command.split(/[;&|\n]/).map((part) => part.trim().split(/\s+/)[0]);
    if (judged === 'allow' && !/["'\\]/.test(command) && bare.includes('rm')) {
      problems.push(`Allowed although denied: ${JSON.stringify(command.slice(0, 200))}.`);
    }
    return { problems, outcome: judged };
  },
};

const withoutSingleQuotes = (command: string): string =>
  command.replace(/\\[\s\S]/g, '').replace(/'[^']*'/g, '');
