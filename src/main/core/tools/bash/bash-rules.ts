import type { ToolPolicy } from '#shared/events.ts';
import { type PolicyTable, policyIn, strictest } from '../tool-policies.ts';
import { commandParts } from './command-parts.ts';

/**
 * What the owner's rules say of a command. Each simple command in it is judged by the longest rule it
 * begins with, word by word, else by the general policy; the strictest counts for all. A rule that
 * allows lifts only a command of which every part is plain: a `$(...)`, a redirection into a file, a
 * subshell and the like could smuggle in another, so there the owner is asked.
 */
export function judgeCommand(command: string, rules: PolicyTable, general: ToolPolicy): ToolPolicy {
  const { parts, isPlain } = commandParts(command);
  const known = Object.keys(rules).map((prefix) => ({
    words: prefix.trim().split(/\s+/),
    policy: policyIn(rules, prefix) ?? 'ask',
  }));
  if (general === 'deny') return 'deny';
  const judged = parts.map((words) => judgePart(words, known) ?? general);
  if (isPlain) return judged.length === 0 ? general : strictest(judged);
  const mentioned = known
    .filter(({ words, policy }) => policy !== 'allow' && mentions(command, words))
    .map(({ policy }) => policy);
  // What is allowed in general stays so, as long as no rule may be meant.
  return strictest([general, ...judged.filter((policy) => policy !== 'allow'), ...mentioned]);
}

interface Rule {
  words: readonly string[];
  policy: ToolPolicy;
}

function judgePart(words: readonly string[], rules: readonly Rule[]): ToolPolicy | undefined {
  const fitting = rules.filter((rule) => rule.words.every((word, index) => words[index] === word));
  const longest = Math.max(0, ...fitting.map((rule) => rule.words.length));
  const policies = fitting
    .filter((rule) => rule.words.length === longest)
    .map(({ policy }) => policy);
  return policies.length === 0 ? undefined : strictest(policies);
}

/** Whether the words of a rule stand next to each other anywhere, whatever is around them. */
function mentions(command: string, words: readonly string[]): boolean {
  const found = command.split(/[\s;&|(){}<>$`"'\\=]+/);
  return found.some((_, start) => words.every((word, index) => found[start + index] === word));
}
