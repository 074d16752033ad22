import { z } from 'zod';

/** How the owner is shown a permission request. */
export interface PermissionWords {
  /** What would be done, exactly, in one line where it fits. */
  summary: string;
  /** What a plain yes answers, where there is more to say than yes. */
  proposal: string;
  /** All of it, where the summary does not hold it. */
  reasoning: string;
}

/** Claude Code's own question with its answers to choose from (contract, 5). */
export const AskedQuestions = z.looseObject({
  questions: z
    .array(
      z.looseObject({
        question: z.string(),
        options: z.array(z.looseObject({ label: z.string() })).default([]),
      }),
    )
    .min(1),
});
export type AskedQuestions = z.infer<typeof AskedQuestions>;

const longestSummary = 300;

/** Nothing is left out: what does not fit into the summary stands in full in the reasoning. */
export function describePermission(tool: string, input: unknown): PermissionWords {
  if (tool === 'AskUserQuestion') {
    const asked = AskedQuestions.safeParse(input);
    if (asked.success) return describeQuestions(asked.data);
  }
  if (tool === 'ExitPlanMode') {
    const plan = stringIn(input, 'plan');
    return { summary: 'May it carry out its plan?', proposal: '', reasoning: visible(plan) };
  }
  const command = tool === 'Bash' ? stringIn(input, 'command') : '';
  const file = stringIn(input, 'file_path') || stringIn(input, 'notebook_path');
  const subject = command || file || stringIn(input, 'url') || stringIn(input, 'query');
  const line = visible(`${tool}: ${subject || JSON.stringify(input ?? {})}`);
  const isWhole = line.length <= longestSummary && !line.includes('\n');
  const summary = isWhole
    ? line
    : `${line.split('\n', 1)[0]?.slice(0, longestSummary).toWellFormed()} …`;
  const isAll = isWhole && (command !== '' || subject === '');
  return { summary, proposal: '', reasoning: isAll ? remark(input) : whole(tool, input) };
}

function describeQuestions({ questions }: AskedQuestions): PermissionWords {
  const firsts = questions.map(({ options }) => options[0]?.label ?? '');
  const lists = questions.map(({ question, options }) =>
    [question, ...options.map((option, at) => `${at + 1}. ${option.label}`)].join('\n'),
  );
  return {
    summary: visible(questions.map(({ question }) => question).join(' ')),
    proposal: visible(firsts.join('\n').trim()),
    reasoning: visible(lists.join('\n\n')),
  };
}

/**
 * What exactly would be done, and what it is said to be for; undefined for a question or a plan, which
 * do nothing.
 */
export function permissionUse(
  tool: string,
  input: unknown,
): { tool: string; text: string; remark: string } | undefined {
  if (tool === 'ExitPlanMode') return undefined;
  if (tool === 'AskUserQuestion' && AskedQuestions.safeParse(input).success) return undefined;
  const command = tool === 'Bash' ? stringIn(input, 'command') : '';
  const text = command || (JSON.stringify(input ?? {}, null, 2) ?? '');
  const remark = stringIn(input, 'description');
  return {
    tool: visible(tool),
    text: visible(text),
    remark: command === '' ? '' : visible(remark),
  };
}

/** The whole input; a command as it is, everything else as JSON. */
function whole(tool: string, input: unknown): string {
  const command = tool === 'Bash' ? stringIn(input, 'command') : '';
  if (command === '') return visible(JSON.stringify(input, null, 2) ?? '');
  return visible([command, remark(input)].filter(Boolean).join('\n\n'));
}

/** What Claude says it is for. */
function remark(input: unknown): string {
  const description = stringIn(input, 'description');
  return description === '' ? '' : visible(`It says: ${description}`);
}

function stringIn(input: unknown, key: string): string {
  if (typeof input !== 'object' || input === null) return '';
  const value: unknown = Object.entries(input).find(([name]) => name === key)?.[1];
  return typeof value === 'string' ? value : '';
}

/** What would not be seen, or would make a line read as another, is spelled out: nobody shall allow
 * what he could not read. */
function visible(text: string): string {
  return text.replace(/[^\P{C}\n\t]|[\u2028\u2029]/gu, (char) => {
    const point = char.codePointAt(0) ?? 0;
    return `\\u{${point.toString(16)}}`;
  });
}
