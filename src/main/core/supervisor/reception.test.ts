import { describe, expect, test } from 'vitest';
import { createReception } from './reception.ts';

const usage = { input_tokens: 7, output_tokens: 1 };
const start = { type: 'message_start', message: { model: 'm', usage } };
const text = [
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Go ' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'on.' } },
  { type: 'content_block_stop', index: 0 },
];
const unknown = [
  { type: 'content_block_start', index: 4, content_block: { type: 'hologram' } },
  { type: 'content_block_delta', index: 4, delta: { type: 'light_delta', light: 'x' } },
  { type: 'content_block_stop', index: 4 },
];
const tool = [
  {
    type: 'content_block_start',
    index: 1,
    content_block: { type: 'tool_use', id: 't', name: 'finish' },
  },
  {
    type: 'content_block_delta',
    index: 1,
    delta: { type: 'input_json_delta', partial_json: '{}' },
  },
  { type: 'content_block_stop', index: 1 },
];
const ending = {
  type: 'message_delta',
  delta: { stop_reason: 'end_turn' },
  usage: { output_tokens: 3 },
};
const stop = { type: 'message_stop' };
const whole = [start, ...text, ...tool, ending, stop];

function received(events: readonly unknown[]) {
  const reception = createReception('5m');
  // What a server sends is whatever it sends.
  for (const event of events) reception.take(event as never);
  return reception;
}

describe('an answer', () => {
  test('is whole when each of its parts has come to its end', () => {
    const reception = received(whole);
    expect(reception.text).toBe('Go on.');
    expect(reception.toolCalls).toEqual([{ id: 't', name: 'finish', input: {} }]);
    expect(reception.isComplete).toBe(true);
  });

  test('may hold what nobody knows yet, and begin anew', () => {
    expect(received([start, ...unknown, ...text, ending, stop]).text).toBe('Go on.');
    expect(received([start, { type: 'news' }, ...text.slice(0, 2), ...whole]).text).toBe('Go on.');
  });

  test.each([
    ['the start of a block', whole.toSpliced(1, 1)],
    ['the end of a block', whole.toSpliced(4, 1)],
    ['the start of a tool', whole.toSpliced(5, 1)],
    ['the end of a tool', whole.toSpliced(7, 1)],
    ['how it ended', whole.toSpliced(8, 1)],
    ['all but its beginning', [start, ...text.slice(0, 2), stop]],
  ])('that misses %s is garbled, and no answer', (_what, events) => {
    expect(() => received(events)).toThrow(TypeError);
  });

  test.each([null, 17, 'x', [], {}, { type: 3 }])('with %j in it is garbled', (event) => {
    expect(() => received([start, event])).toThrow(TypeError);
  });
});

test.each([-1, 1.5, 9e14, Number.NaN, 'many'])('a count of %s tokens is none', (count) => {
  const counted = { ...ending, usage: { output_tokens: count } };
  expect(received([start, ...text, counted, stop]).usage).toBeUndefined();
  expect(received([start, ...text, ending, stop]).usage).toMatchObject({ input: 7, output: 3 });
});
