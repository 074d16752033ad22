import { describe, expect, test } from 'vitest';
import { check } from './check.ts';
import { digits, lostCalls } from './check-calls.ts';
import type { ApiCall, Books, Evidence, KeptCall } from './evidence.ts';
import { openPriceList } from './price-list.ts';

/** The checker is what a thousand kills are judged by, so it is shown every kind of violation. */

const prices = openPriceList();
const usage = { input: 12, output: 60, cacheRead: 2500, cacheWrite5m: 400, cacheWrite1h: 0 };
const model = 'claude-sonnet-5-5';
const costUsd = Number(prices.costUsd(model, usage));

function call(number: number, about: string | null, change: Partial<ApiCall> = {}): ApiCall {
  const said = about === null ? 'summary' : 'reply';
  const text = said === 'reply' ? `To ${about}, by call ${number}: go on.` : '';
  const facts = { number, about, said, text, model, usage, atMs: 100 + number } as const;
  return { ...facts, requestId: `req_${number}`, outcome: 'answered', status: 200, ...change };
}

interface Round {
  evidence: Evidence;
  books: Books;
}

/**
 * Three words: one answered after a kill, one finished, one that the owner answered. Whatever the
 * relay keeps follows from the API's log, unless a test changes it.
 */
function soundRound(calls = soundCalls()): Round {
  const [s1, s2, s3] = ['[[s1-1]]', '[[s2-1]]', '[[s3-1]]'] as const;
  const ownerText = "By the owner's word 1: (s3-1) may go on.";
  const kept = calls
    .filter(({ outcome, status }) => outcome === 'answered' && status === 200)
    .map((one): KeptCall => ({ ...keptOf(one), hasFailed: false }));
  return {
    evidence: {
      words: [
        { sessionId: 's1', mark: s1, isTypedOver: false },
        { sessionId: 's2', mark: s2, isTypedOver: false },
        { sessionId: 's3', mark: s3, isTypedOver: false },
      ],
      received: [
        { kind: 'input', sessionId: 's1', text: `To ${s1}, by call 2: go on.` },
        { kind: 'release', sessionId: 's2' },
        { kind: 'input', sessionId: 's3', text: ownerText },
      ],
      ownerWords: [{ text: ownerText, directTo: 's3' }],
      calls,
      lives: [
        { fromMs: 100, toMs: 101, isCutShort: true },
        { fromMs: 102, toMs: 200, isCutShort: false },
      ],
      ...{ conversations: 1, queueLeft: [], strayFiles: [] },
    },
    books: booksOf(kept),
  };
}

function soundCalls(): ApiCall[] {
  return [
    call(1, '[[s1-1]]', { outcome: 'left' }),
    call(2, '[[s1-1]]'),
    call(3, '[[s2-1]]', { said: 'finish', text: '' }),
    call(4, '[[s3-1]]', { said: 'escalate', text: '' }),
    call(5, null),
  ];
}

function keptOf(one: ApiCall): KeptCall {
  const { requestId = null, usage: charged = null } = one;
  const { atMs } = one;
  return { atMs, requestId, model, usage: charged, costUsd: charged && costUsd, hasFailed: true };
}

function booksOf(calls: readonly KeptCall[]): Books {
  const counted = calls.filter((kept) => kept.usage !== null).length;
  return {
    calls,
    spentUsd: calls.reduce((sum, kept) => sum + (kept.costUsd ?? 0), 0),
    spentTokens: {
      input: counted * usage.input,
      output: counted * usage.output,
      cacheRead: counted * usage.cacheRead,
      cacheWrite5m: counted * usage.cacheWrite5m,
      cacheWrite1h: 0,
    },
    staleTables: [],
  };
}

const found = ({ evidence, books }: Round): string[] => check(evidence, books, prices);

test('a round in which everything held is sound, and knows what the kill has cost', () => {
  const round = soundRound();
  expect(found(round)).toEqual([]);
  expect(lostCalls(round.evidence, round.books).map(({ number }) => number)).toEqual([1]);
});

const [first, ...rest] = soundRound().evidence.received;

describe('answers', () => {
  test.each<[string, (evidence: Evidence) => Partial<Evidence>, RegExp]>([
    ['one that never came', () => ({ received: rest }), /s1-1.* never was/],
    [
      'one that came twice',
      ({ received }) => ({ received: first ? [...received, first] : [] }),
      /s1-1.* was 2 times/,
    ],
    [
      'the same text twice',
      ({ received }) => ({ received: first ? [...received, first] : [] }),
      /the same reply twice/,
    ],
    [
      'two answers to one word',
      ({ received, calls }) => ({
        received: [
          ...received,
          { kind: 'input', sessionId: 's1', text: 'To [[s1-1]], by call 6: go on.' },
        ],
        calls: [...calls, call(6, '[[s1-1]]')],
      }),
      /s1-1.* was 2 times/,
    ],
    [
      'one that went to another session',
      () => ({
        received: [{ ...(first as { kind: 'input'; text: string }), sessionId: 's2' }, ...rest],
      }),
      /s1-1.* went to another session/,
    ],
    [
      'one that is cut short',
      () => ({
        received: [{ kind: 'input', sessionId: 's1', text: 'To [[s1-1]], by' }, ...rest],
      }),
      /what nobody said/,
    ],
    [
      "the owner's word that never came",
      ({ received }) => ({ received: received.slice(0, 2) }),
      /owner's word to s3 never came/,
    ],
    [
      'a release that nobody meant',
      ({ received }) => ({ received: [...received, { kind: 'release', sessionId: 's2' }] }),
      /s2 .* was 2 times/,
    ],
    ['an envelope that is left', () => ({ queueLeft: ['s1-00002.json'] }), /still lies/],
    ['a file that is left', () => ({ strayFiles: ['s1/.d1.part'] }), /left over/],
  ])('%s is found', (_what, change, expected) => {
    const round = soundRound();
    const broken = { ...round, evidence: { ...round.evidence, ...change(round.evidence) } };
    expect(found(broken).join('\n')).toMatch(expected);
  });

  test('a word that a person typed over may have no answer, but not two', () => {
    const { evidence, books } = soundRound();
    const words = evidence.words.map((word) => ({ ...word, isTypedOver: true }));
    expect(found({ books, evidence: { ...evidence, words, received: rest } })).toEqual([]);
    // Nor the owner's word about it.
    expect(found({ books, evidence: { ...evidence, words, received: [] } })).toEqual([]);
    const received = first ? [first, first, ...rest] : [];
    expect(found({ books, evidence: { ...evidence, words, received } })).not.toEqual([]);
  });
});

describe('calls', () => {
  test('two that one kill has cost are found, and one that nothing has cost', () => {
    const twice = soundRound([...soundCalls(), call(0, '[[s1-1]]', { outcome: 'left' })]);
    expect(found(twice).join('\n')).toMatch(/Life 1 may lose 1 calls, and lost 2: requests 1, 0/);
    const late = soundRound([...soundCalls(), call(9, '[[s1-1]]', { outcome: 'left' })]);
    expect(found(late).join('\n')).toMatch(/Life 2 may lose 0 calls, and lost 1/);
  });

  test('one that Relay gave up before any answer came is not lost', () => {
    const leave = call(9, '[[s1-1]]', { outcome: 'left', requestId: undefined, usage: undefined });
    const givenUp: KeptCall = {
      ...{ atMs: 150, requestId: null, model, hasFailed: true, usage: null, costUsd: null },
    };
    const withCall = (kept: KeptCall, made = leave) => {
      const round = soundRound([...soundCalls(), made]);
      return found({ ...round, books: booksOf([...round.books.calls, kept]) });
    };
    expect(withCall(givenUp)).toEqual([]);
    // It may come to the API when it was already given up, but not be answered then.
    expect(withCall({ ...givenUp, atMs: 108 })).toEqual([]);
    expect(withCall({ ...givenUp, atMs: 108 }, call(9, '[[s1-1]]'))).not.toEqual([]);
    // Its end was in another life: it is another call's.
    expect(withCall({ ...givenUp, atMs: 101 })).not.toEqual([]);
  });

  test('one more in each conversation, and a summary beside it, are within what a kill may cost', () => {
    const more = [call(0, '[[s2-1]]', { outcome: 'left' }), call(1.5, null, { outcome: 'left' })];
    const round = soundRound([...soundCalls(), ...more]);
    const evidence = { ...round.evidence, conversations: 2 };
    const lives = [{ fromMs: 100, toMs: 101.5, isCutShort: true }, ...evidence.lives.slice(1)];
    expect(found({ ...round, evidence: { ...evidence, lives } })).toEqual([]);
  });

  test('a word that was decided twice is found', () => {
    const again = soundRound([...soundCalls(), call(6, '[[s1-1]]')]);
    expect(found(again).join('\n')).toMatch(/s1-1.* decided once, and was 2 times: requests 2, 6/);
  });
});

describe('costs', () => {
  const withKept = (change: (kept: KeptCall) => KeptCall): Round => {
    const round = soundRound();
    const [one, ...others] = round.books.calls;
    const calls = one ? [change(one), ...others] : [];
    return { ...round, books: { ...round.books, calls } };
  };

  test('a cost that is wrong in its last digit is found', () => {
    const round = withKept((kept) => ({ ...kept, costUsd: costUsd + 1e-10 }));
    expect(found(round).join('\n')).toMatch(/Request req_2 costs .* is kept/);
  });

  test('tokens that the API did not charge are found, and such as it did', () => {
    const round = withKept((kept) => ({ ...kept, usage: { ...usage, cacheRead: 2501 } }));
    expect(found(round).join('\n')).toMatch(/req_2 used 2500 cacheRead tokens, and 2501 are kept/);
    const forgotten = withKept((kept) => ({ ...kept, usage: null, costUsd: null }));
    expect(found(forgotten).join('\n')).toMatch(/req_2 was answered, and costs nothing/);
    const invented = withKept((kept) => ({ ...kept, requestId: 'req_77' }));
    expect(found(invented).join('\n')).toMatch(/never charged request req_77/);
  });

  test('a call that is kept twice is found', () => {
    const round = soundRound();
    const calls = [...round.books.calls, ...round.books.calls.slice(0, 1)];
    expect(found({ ...round, books: booksOf(calls) }).join('\n')).toMatch(/req_2 .* kept twice/);
  });

  test('of a stream that broke off, less output is right and more is not', () => {
    const calls = [...soundCalls(), call(6, '[[s1-1]]', { said: 'fault', outcome: 'broken' })];
    const round = soundRound(calls);
    const begun = { ...usage, output: 1 };
    const kept = (output: number): KeptCall => ({
      ...{ atMs: 107, requestId: 'req_6', model, hasFailed: true, usage: { ...begun, output } },
      costUsd: Number(prices.costUsd(model, { ...begun, output })),
    });
    const books = (output: number): Books => {
      const all = booksOf([...round.books.calls, kept(output)]);
      const output4 = all.spentTokens.output - usage.output + output;
      return { ...all, spentTokens: { ...all.spentTokens, output: output4 } };
    };
    expect(found({ ...round, books: books(1) })).toEqual([]);
    expect(found({ ...round, books: books(61) }).join('\n')).toMatch(/61 are kept/);
  });

  test('a total that is not the sum of its calls is found', () => {
    const round = soundRound();
    const books = { ...round.books, spentUsd: round.books.spentUsd + 1e-9 };
    expect(found({ ...round, books }).join('\n')).toMatch(/is shown as spent/);
    const spentTokens = { ...round.books.spentTokens, input: 1 };
    expect(found({ ...round, books: { ...round.books, spentTokens } }).join('\n')).toMatch(
      /48 input tokens, not 1/,
    );
  });

  test('a price is reckoned in whole numbers, down to one token', () => {
    const one = { input: 1, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
    expect(prices.costUsd('claude-haiku-5-5', { ...one, input: 0, cacheWrite5m: 1 })).toBe(
      '0.0000001250',
    );
    expect(digits(0.1 + 0.2)).toBe('0.3000000000');
    expect(() => prices.costUsd('claude-1', one)).toThrow('has no price');
  });
});

test('a read model that does not follow from the events is found', () => {
  const round = soundRound();
  const books = { ...round.books, staleTables: ['spend'] };
  expect(found({ ...round, books })).toEqual([
    'The read model spend is not what a rebuild makes of it.',
  ]);
});
