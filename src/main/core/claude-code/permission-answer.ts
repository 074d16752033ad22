import type { PermissionState } from '../engine/state.ts';
import { AskedQuestions } from './permission-words.ts';

type Answer = NonNullable<PermissionState['answer']>;

/**
 * What the hook hands to Claude Code, as JSON (claude-code-contract.md 5). A bare `allow` does nothing
 * for a question or a plan, so that these get the answer that they take.
 */
export function permissionAnswer(
  tool: string,
  input: unknown,
  { decision, text }: Answer,
): Record<string, unknown> {
  switch (decision) {
    case 'none':
      return {};
    case 'deny':
      return decided(deny('The owner refused this. Do not try it another way; go on without it.'));
    case 'allow':
      return decided(allow(tool, input));
    case 'answer':
      return decided(
        tool === 'AskUserQuestion' ? (answered(input, text) ?? deny(text)) : deny(text),
      );
  }
}

const decided = (decision: object) => ({
  hookSpecificOutput: { hookEventName: 'PermissionRequest', decision },
});

const deny = (message: string) => ({ behavior: 'deny', message });

function allow(tool: string, input: unknown): object {
  if (tool === 'ExitPlanMode') return { behavior: 'allow', updatedInput: {} };
  // Yes to a question is yes to what comes first, which is what Claude would choose.
  if (tool === 'AskUserQuestion') return answered(input, '') ?? { behavior: 'allow' };
  return { behavior: 'allow' };
}

/** As many lines as questions: each has its own. Otherwise each gets the whole text; none, the first
 * option. A number or the label of an option means that option. */
function answered(input: unknown, text: string): object | undefined {
  const asked = AskedQuestions.safeParse(input);
  if (!asked.success) return undefined;
  const { questions } = asked.data;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const answers = questions.map(({ question, options }, at) => {
    const own = lines.length === questions.length ? (lines[at] ?? '') : text;
    return [
      question,
      chosen(
        own.trim(),
        options.map(({ label }) => label),
      ),
    ];
  });
  const updatedInput = { ...asked.data, answers: Object.fromEntries(answers) };
  return { behavior: 'allow', updatedInput };
}

function chosen(words: string, labels: readonly string[]): string {
  if (words === '') return labels[0] ?? '';
  const byNumber = /^\d+\.?$/.test(words) ? labels[Number.parseInt(words, 10) - 1] : undefined;
  const byLabel = labels.find((label) => label.toLowerCase() === words.toLowerCase());
  return byNumber ?? byLabel ?? words;
}
