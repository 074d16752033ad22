import { escalationMarker, escalationMarkerReach, type Verdict } from '#shared/verdict.ts';

/** A tool call that arrived whole. `input` is whatever came, parsed where it was JSON. */
export interface ToolCall {
  id: string;
  name: string;
  input: unknown;
}

/** What the owner reads where the supervisor called for them without a question. */
export const wordlessQuestion = 'The supervisor asks for you, but did not say why. What now?';

/**
 * The verdict of a complete reply: by tool call (`escalate` before `finish`), else by the marker in
 * the first 200 characters or the words of a finish, else the text itself. Input that does not fit and tools that do not
 * exist end up with the owner rather than nowhere.
 *
 * @returns undefined where nothing was said at all
 */
export function readVerdict(
  text: string,
  toolCalls: readonly Omit<ToolCall, 'id'>[],
): Verdict | undefined {
  const escalate = toolCalls.find(({ name }) => name === 'escalate');
  if (escalate) return escalationByTool(escalate.input, text);
  const finish = toolCalls.find(({ name }) => name === 'finish');
  if (finish) return { kind: 'finish', reason: paragraphs(text, spoken(finish.input, 'reason')) };
  const written = escalationByMarker(text) ?? finishByText(text);
  if (written) return written;
  if (text.trim() !== '') return { kind: 'reply', text };
  const unknown = toolCalls[0];
  return unknown && escalationByUnknownTool(unknown);
}

/** Whether a call gives the verdict, rather than asking for something to be done first. */
export function givesVerdict({ name }: Pick<ToolCall, 'name'>): boolean {
  return name === 'escalate' || name === 'finish';
}

/** For providers without tools, and for whatever they say beside them. */
function escalationByMarker(text: string): Verdict | undefined {
  // Characters are code points here: an emoji is one of the two hundred, not two.
  const head = Array.from(text.slice(0, 2 * escalationMarkerReach))
    .slice(0, escalationMarkerReach)
    .join('');
  const at = head.indexOf(escalationMarker);
  if (at < 0) return undefined;
  const before = withoutMarker(text.slice(0, at));
  const after = withoutMarker(text.slice(at + escalationMarker.length));
  const { proposal, rest } = takeProposal(after === '' ? before : after);
  const { question, remainder } = takeQuestion(rest);
  const preface = after === '' ? '' : before;
  return {
    kind: 'escalate',
    question: question === '' ? questionOf(proposal) : question,
    proposal,
    reasoning: paragraphs(preface, remainder),
  };
}

/**
 * How an earlier `finish` reads in the conversation. A supervisor without tools is told to write it,
 * and one with tools may come to imitate it: sent to a session it would only start it again.
 */
function finishByText(text: string): Verdict | undefined {
  const found = /^\s*\(Finished, nothing sent\.([\s\S]*)\)\s*$/.exec(text);
  return found ? { kind: 'finish', reason: (found[1] ?? '').trim() } : undefined;
}

function escalationByTool(input: unknown, textBefore: string): Verdict {
  const asked = spoken(input, 'question');
  const said = withoutMarker(textBefore);
  const proposal = spoken(input, 'proposal');
  const reasoning = spoken(input, 'reasoning');
  if (asked !== '') {
    return { kind: 'escalate', question: asked, proposal, reasoning: paragraphs(said, reasoning) };
  }
  // Strict tools make this next to impossible; a gateway may still not be strict.
  const { question, remainder } = takeQuestion(said);
  return {
    kind: 'escalate',
    question: question === '' ? questionOf(proposal) : question,
    proposal,
    reasoning: paragraphs(remainder, reasoning, fits(input) ? '' : raw(input)),
  };
}

function escalationByUnknownTool({ name, input }: Omit<ToolCall, 'id'>): Verdict {
  return {
    kind: 'escalate',
    question: `The supervisor reached for a tool that does not exist ("${name}"). What now?`,
    proposal: '',
    reasoning: raw(input),
  };
}

/** The string under a key, trimmed; empty for anything else. */
function spoken(input: unknown, key: string): string {
  if (typeof input !== 'object' || input === null) return '';
  const value: unknown = Object.entries(input).find(([name]) => name.toLowerCase() === key)?.[1];
  return typeof value === 'string' ? value.trim() : '';
}

function fits(input: unknown): boolean {
  return ['question', 'proposal', 'reasoning'].some((key) => spoken(input, key) !== '');
}

function raw(input: unknown): string {
  return typeof input === 'string' ? input.trim() : (JSON.stringify(input) ?? '');
}

const proposalLine = /^[ \t>*_-]*proposal[*_]*[ \t]*:[ \t*_]*(.*?)[ \t*_]*$/im;

/** The line that begins `Proposal:` (bold or not); where it is bare, the paragraph under it. */
function takeProposal(text: string): { proposal: string; rest: string } {
  const found = proposalLine.exec(text);
  if (!found) return { proposal: '', rest: text };
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + found[0].length);
  const onLine = (found[1] ?? '').trim();
  if (onLine !== '') return { proposal: onLine, rest: paragraphs(before, after) };
  const [first = '', ...others] = splitParagraphs(after);
  return { proposal: first, rest: paragraphs(before, ...others) };
}

/** A paragraph longer than this is a story; the question in it is one sentence. */
const longestQuestion = 280;

function takeQuestion(text: string): { question: string; remainder: string } {
  const [first = '', ...others] = splitParagraphs(text);
  if (first.length <= longestQuestion) return { question: first, remainder: paragraphs(...others) };
  const sentences = first.match(/[^.!?]+(?:[.!?]+(?=\s|$)|[.!?]+|$)/gu) ?? [first];
  const chosen = sentences.find((sentence) => sentence.trim().endsWith('?')) ?? sentences[0] ?? '';
  return { question: chosen.trim(), remainder: text.trim() };
}

function questionOf(proposal: string): string {
  return proposal === '' ? wordlessQuestion : `May the supervisor do this: ${proposal}`;
}

function withoutMarker(text: string): string {
  return text.replaceAll(escalationMarker, '').trim();
}

function splitParagraphs(text: string): string[] {
  return text
    .split(/\n[ \t]*\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '');
}

function paragraphs(...parts: readonly string[]): string {
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join('\n\n');
}
