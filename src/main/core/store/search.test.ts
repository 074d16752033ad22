import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NewEvent } from '#shared/events.ts';
import type { CallId, ConversationId, SessionId } from '#shared/ids.ts';
import { type EngineDesk, openDesk } from '../engine/testing/engine-desk.ts';
import type { Sought } from './search.ts';

// Literals that fit their brands.
const one = 's-1' as SessionId;
const two = 's-2' as SessionId;
const project = '/home/jc/api' as ConversationId;
const other = 'default' as ConversationId;

let desk: EngineDesk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk[Symbol.dispose]());

function said(text: string, sessionId = one, conversationId = project): NewEvent {
  const payload = { author: 'session', text, via: null } as const;
  return { type: 'user_message', sessionId, conversationId, payload };
}
const add = (...events: NewEvent[]) => desk.store.transaction(() => desk.store.append(events));
const search = (text: string, more: Partial<Sought> = {}) =>
  desk.queries.search({ text, limit: 50, ...more });
const seqs = (text: string, more: Partial<Sought> = {}) =>
  search(text, more).map(({ event }) => event.seq);

describe('what is found', () => {
  test('every conversation event and the summaries, and nothing else', () => {
    const about = { sessionId: one, conversationId: project };
    // A literal that fits its brand.
    const callId = 'c1' as CallId;
    add(
      said('The walrus sleeps.'),
      {
        type: 'agent_message',
        ...about,
        payload: { text: 'Wake the walrus.', callId, model: 'm' },
      },
      {
        type: 'tool_call',
        ...about,
        toolUseId: 't1',
        payload: { name: 'bash', input: { command: 'grep walrus' }, callId },
      },
      {
        type: 'tool_response',
        ...about,
        toolUseId: 't1',
        payload: { name: 'bash', output: 'walrus.txt', isError: false },
      },
      {
        type: 'summary.made',
        conversationId: project,
        payload: {
          ...{ fromPosition: 1, toPosition: 2, fromAt: 1, toAt: 2, events: 2 },
          ...{ text: 'About a walrus.', method: 'supervisor' },
        },
      },
      { type: 'system_message', payload: { text: 'No walrus instructions.' } },
    );
    expect(seqs('walrus')).toEqual([5, 4, 3, 2, 1]);
  });

  test('a word by its beginning while it is typed, whole once a blank follows', () => {
    add(said('configuration'), said('config'), said('reconfigure'));
    expect(seqs('conf')).toEqual([2, 1]);
    expect(seqs('config ')).toEqual([2]);
  });

  test('code as it is written: parts of names, names with their signs, paths', () => {
    add(
      said('call parse_config in src/main/core/relay.ts:120'),
      said('config parse, the other way round'),
    );
    expect(seqs('parse_config')).toEqual([1]);
    expect(seqs('core/relay.ts:120')).toEqual([1]);
    expect(seqs('parse config')).toEqual([2, 1]);
  });

  test('whatever the case and the accents', () => {
    add(said('Über die Brücke'));
    expect(seqs('BRUCKE')).toEqual([1]);
    expect(seqs('über')).toEqual([1]);
  });

  test('what stands as it was typed before what is newer', () => {
    add(said('the parser is green'), said('green is the parser'));
    expect(seqs('parser is green')).toEqual([1, 2]);
  });

  test('within one session, one conversation, before an event', () => {
    add(said('tide'), said('tide', two), said('tide', one, other), said('tide', two, other));
    expect(seqs('tide', { sessionId: one })).toEqual([3, 1]);
    expect(seqs('tide', { conversationId: other })).toEqual([4, 3]);
    expect(seqs('tide', { sessionId: two, conversationId: project })).toEqual([2]);
    expect(seqs('tide', { before: 3 })).toEqual([2, 1]);
    expect(seqs('tide', { limit: 1 })).toEqual([4]);
  });

  test('ids and places are not words', () => {
    add(said('tide'));
    expect(seqs('s732d31')).toEqual([]);
    expect(seqs('s-1')).toEqual([]);
  });

  test('with `any`, what has most of the words where nothing has all', () => {
    add(said('budget of the day'), said('budget and retries of the day'), said('nothing'));
    expect(seqs('budget retries zebra')).toEqual([]);
    expect(seqs('budget retries zebra', { match: 'any' })).toEqual([2, 1]);
  });
});

describe('typed text is never a query', () => {
  test.each(['"', '""', '"open', 'a AND', 'NEAR(', 'text:', '-x', '* *', 'a^b', '(', '{text} : x'])(
    '%s',
    (text) => {
      add(said('an open and near text: x'));
      expect(() => search(text)).not.toThrow();
    },
  );

  test('operators are words', () => {
    add(said('this OR that'), said('this'));
    expect(seqs('this OR that')).toEqual([1]);
    expect(seqs('NOT this')).toEqual([]);
  });

  test('anything at all', () => {
    add(said('some words'), said('"quoted" \u{1F600} text'));
    const typed = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.string({ unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(typed, fc.constantFrom('all', 'any'), (text, match) => {
        for (const { excerpt } of search(text, { match }))
          expect(excerpt.length).toBeGreaterThan(0);
      }),
    );
  });

  test('nothing but signs finds nothing', () => {
    add(said('=> ->'));
    expect(seqs('=>')).toEqual([]);
    expect(seqs('')).toEqual([]);
  });
});

describe('the excerpt', () => {
  test('is around the match and marks it', () => {
    add(said(`${'before '.repeat(100)}the needle, here ${'after '.repeat(100)}`));
    const [found] = search('needle');
    const text = found?.excerpt.map((part) => part.text).join('') ?? '';
    expect(found?.excerpt.filter(({ isMatch }) => isMatch)).toEqual([
      { text: 'needle', isMatch: true },
    ]);
    expect(text).toMatch(/^….*the needle, here .*…$/);
    expect(text.length).toBeLessThan(260);
  });

  test('marks each word where they stand apart', () => {
    add(said('green are the tests'));
    const marks = search('tests green')[0]?.excerpt.filter(({ isMatch }) => isMatch);
    expect(marks?.map(({ text }) => text)).toEqual(['green', 'tests']);
  });
});

describe('the index', () => {
  test('is rebuilt from the events', () => {
    add(said('tide one'), said('tide two', two));
    desk.db.exec("INSERT INTO search (search) VALUES ('delete-all')");
    expect(seqs('tide')).toEqual([]);
    desk.store.rebuild();
    expect(seqs('tide')).toEqual([2, 1]);
    desk.store.rebuild();
    expect(seqs('tide', { sessionId: two })).toEqual([2]);
  });

  test('forgets what was rolled back', () => {
    expect(() =>
      desk.store.transaction(() => {
        desk.store.append([said('tide')]);
        throw new Error('disk full');
      }),
    ).toThrow('disk full');
    expect(seqs('tide')).toEqual([]);
  });

  test('a text of several megabytes is found by its beginning', () => {
    add(said(`zebra ${'word '.repeat(400_000)} lateword`));
    expect(seqs('zebra')).toEqual([1]);
    expect(seqs('lateword')).toEqual([]);
  });
});

test('found by fuzzing: a text of any length can be looked for', () => {
  add(said('The parser fails.'));
  expect(seqs(`parser ${'x'.repeat(1_000_000)}`)).toEqual([]);
  expect(seqs(`parser${' '.repeat(1_000_000)}`)).toHaveLength(1);
  expect(seqs(`The parser fails.${'\0'.repeat(300_000)}`)).toHaveLength(1);
});
