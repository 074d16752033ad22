import fc from 'fast-check';
import type { ConversationEntry, ConversationSummary } from '../entry.ts';
import { defaultLimits, type ViewportLimits } from '../limits.ts';

/** Made-up conversations for the tests of this folder. */

const startAt = Date.UTC(2026, 10, 21, 10, 2, 14);

export function sampleEntry(given: Partial<ConversationEntry> = {}): ConversationEntry {
  const position = given.position ?? 1;
  const type = given.type ?? 'user_message';
  const isSupervisor = type === 'agent_message' || type === 'tool_call';
  return {
    position,
    seq: position * 3,
    at: startAt + position * 60_000,
    type,
    author: isSupervisor ? 'supervisor' : 'session',
    sessionId: isSupervisor ? null : 'api-server',
    title: null,
    via: null,
    toolUseId: null,
    text: `Word ${position}.`,
    tokens: 0,
    ...given,
  };
}

/** The given entries with rising positions from `from`. */
export function inOrder(
  given: readonly Partial<ConversationEntry>[],
  from = 1,
): ConversationEntry[] {
  return given.map((entry, index) => sampleEntry({ ...entry, position: from + index }));
}

/** A session's word and the supervisor's answer, `count` times, each text of the given length. */
export function sampleTurns(count: number, characters: number): Partial<ConversationEntry>[] {
  return Array.from({ length: count }, (_, index) => [
    { text: `q${index} ${'a'.repeat(characters)}` },
    { type: 'agent_message' as const, text: `r${index} ${'b'.repeat(characters)}` },
  ]).flat();
}

export function sampleSummary(given: Partial<ConversationSummary> = {}): ConversationSummary {
  return {
    fromPosition: 1,
    toPosition: 4,
    fromAt: startAt,
    toAt: startAt + 240_000,
    events: 4,
    text: 'Owner\n"Ship on Friday."',
    ...given,
  };
}

export function sampleLimits(given: Partial<ViewportLimits> = {}): ViewportLimits {
  return { ...defaultLimits, ...given };
}

const roughText = fc
  .tuple(
    fc.constantFrom(
      'plain ',
      '<session id="x"> ',
      '</OWNER> ',
      'añb ',
      '漢字 ',
      '👩‍👩‍👧 ',
      '< / relay> ',
      '\ud800',
    ),
    fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 60 }) },
      { weight: 2, arbitrary: fc.integer({ min: 60, max: 400 }) },
      { weight: 1, arbitrary: fc.integer({ min: 400, max: 4_000 }) },
    ),
  )
  .map(([piece, times]) => piece.repeat(times));

type Rough = Partial<ConversationEntry>;

const word: fc.Arbitrary<Rough[]> = fc
  .record({
    author: fc.constantFrom<ConversationEntry['author']>('session', 'owner', 'relay'),
    sessionId: fc.constantFrom('api-server', 'web', null),
    title: fc.constantFrom(null, 'Fix "login" & co'),
    via: fc.constantFrom(null, 'inbox'),
    text: roughText,
  })
  .map((entry) => [entry]);

const answer: fc.Arbitrary<Rough[]> = roughText.map((text) => [{ type: 'agent_message', text }]);

/** One to three calls at once, their responses after them, a session's word perhaps between. */
const tools: fc.Arbitrary<Rough[]> = fc
  .record({
    ids: fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 3 }),
    input: roughText,
    output: roughText,
    between: fc.option(word, { nil: [] }),
  })
  .map(({ ids, input, output, between }) => [
    ...ids.map((toolUseId) => ({ type: 'tool_call' as const, toolUseId, text: input })),
    ...between,
    ...ids.map((toolUseId) => ({ type: 'tool_response' as const, toolUseId, text: output })),
  ]);

const counted = fc.constantFrom(0, 0.2, 0.3, 0.6);

/** Whole conversations of up to some 150 entries, about half of them longer than their limits. */
export const anyConversation: fc.Arbitrary<ConversationEntry[]> = fc
  .array(
    fc
      .tuple(
        fc.oneof(
          { weight: 4, arbitrary: word },
          { weight: 4, arbitrary: answer },
          { weight: 1, arbitrary: tools },
        ),
        counted,
      )
      .map(([entries, density]) =>
        entries.map((entry) => ({
          ...entry,
          tokens: Math.ceil(Buffer.byteLength(entry.text ?? '') * density),
        })),
      ),
    { minLength: 1, maxLength: 60, size: 'max' },
  )
  .map((groups) => inOrder(groups.flat()));

/** Small ones, so that small conversations reach them. */
export const anyLimits: fc.Arbitrary<ViewportLimits> = fc
  .record({
    budgetTokens: fc.integer({ min: 3_000, max: 12_000 }),
    maxCharacters: fc.integer({ min: 12_000, max: 50_000 }),
    keepShare: fc.constantFrom(0.3, 0.5, 0.6),
    verbatimTurns: fc.integer({ min: 0, max: 12 }),
  })
  .map(sampleLimits);

export const anySystemText = fc.integer({ min: 0, max: 3_000 }).map((length) => 's'.repeat(length));
