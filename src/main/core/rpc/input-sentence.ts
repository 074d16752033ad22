import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** Kinds of value as a person says them. */
const kinds: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

/**
 * What is wrong with the input of a call, in one sentence: `inbox.answer: text must not be empty`.
 * Only the first issue is told; the caller sees the next one once that is mended.
 */
export function inputSentence(callName: string, error: z.core.$ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return `${callName}: the input is not valid.`;
  const where = issue.path.length === 0 ? 'the input' : issue.path.join('.');
  return `${callName}: ${where} ${complaint(issue)}.`;
}

function complaint(issue: Issue): string {
  // A schema that says itself what a value must be says it best.
  if (issue.message.startsWith('must ')) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_format':
      return 'does not have the right form';
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'must not be empty';
      return `must be at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string' ? 'is too long' : `must be at most ${issue.maximum}`;
    case 'unrecognized_keys':
      return `does not know ${issue.keys.join(', ')}`;
    default:
      return 'is not valid';
  }
}
