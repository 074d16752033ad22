import { type NamedFault, type Promised, send } from './faults.ts';
import type { Act } from './faulty-wire.ts';
import { bytesOf, indexOfStep, type Step, type WireEvent } from './wire-events.ts';

/** What is made of the events of an answer, `at` being the one that the step is about. */
type Spoil = (events: readonly WireEvent[], at: number) => Act[];

/** A fault of an answer that makes sense at any of these steps. */
export interface StepFault extends Omit<NamedFault, 'fault'> {
  steps: readonly Step[];
  spoil: Spoil;
  headers?: Record<string, string>;
}

const anywhere: readonly Step[] = [
  ...(['message_start', 'text start', 'in text', 'text end', 'tool start'] as const),
  ...(['in tool input', 'tool end', 'message_delta', 'message_stop'] as const),
];
/** A part of a text that is missing, or comes twice, looks like any other text. */
const tellable = anywhere.filter((step) => step !== 'in text' && step !== 'in tool input');
const inside = anywhere.filter((step) => step !== 'message_start');

const text = (events: readonly WireEvent[]): string => events.map(({ bytes }) => bytes).join('');
const before: Spoil = (events, at) => [send(text(events.slice(0, at)))];
const end: Act = { do: 'end' };

/** Other bytes in the place of the event, then the rest. */
const instead =
  (make: (event: WireEvent) => string): Spoil =>
  (events, at) => {
    const event = events[at];
    if (!event) throw new Error('there is no such step in this answer');
    return [send(text(events.slice(0, at)) + make(event) + text(events.slice(at + 1))), end];
  };
const ahead = (bytes: string): Spoil => instead((event) => bytes + event.bytes);
const stopping =
  (bytes: string): Spoil =>
  (events, at) => [send(text(events.slice(0, at)) + bytes), end];

const fault = (
  family: string,
  name: string,
  promised: Promised,
  spoil: Spoil,
  more: Partial<StepFault> = {},
): StepFault => ({ family, name, promised, spoil, steps: anywhere, ...more });

const halfOf = ({ bytes }: WireEvent): string => bytes.slice(0, Math.floor(bytes.length / 2));

const breaks: readonly StepFault[] = [
  fault('cut', 'cut', 'again', (events, at) => [...before(events, at), { do: 'cut' }]),
  fault('cut', 'reset', 'again', (events, at) => [...before(events, at), { do: 'reset' }]),
  fault('cut', 'ended', 'again', (events, at) => [...before(events, at), end]),
  fault('cut', 'cut in the event', 'again', (events, at) => {
    const half = events
      .slice(at, at + 1)
      .map(halfOf)
      .join('');
    return [send(text(events.slice(0, at)) + half), { do: 'cut' }];
  }),
  fault('cut', 'ended in the event', 'again', (events, at) => {
    const half = events
      .slice(at, at + 1)
      .map(halfOf)
      .join('');
    return [send(text(events.slice(0, at)) + half), end];
  }),
  fault('stall', 'stalled', 'again', (events, at) => [...before(events, at), { do: 'hang' }], {
    isStall: true,
    codes: ['stalled'],
  }),
];

/** An `error` event in the stream: it has no status, so its type alone says what it is. */
const errors: readonly StepFault[] = (
  [
    ['overloaded_error', 'again'],
    ['api_error', 'again'],
    ['rate_limit_error', 'again'],
    ['timeout_error', 'again'],
    ['a_new_kind_of_error', 'again'],
    ['authentication_error', 'person'],
    ['billing_error', 'person'],
    ['permission_error', 'person'],
    ['invalid_request_error', 'decide'],
    ['request_too_large', 'shrink'],
  ] as const
).map(([type, promised]) => {
  const error = { type, message: 'It went wrong' };
  return fault(
    'error event',
    `error: ${type}`,
    promised,
    stopping(bytesOf('error', { type: 'error', error })),
  );
});

const leaves = (value: unknown): unknown => {
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [key, key === 'type' ? part : leaves(part)]),
    );
  }
  return typeof value === 'string' ? 17 : 'x';
};
const data = (json: string) => (event: WireEvent) => `event: ${event.name}\ndata: ${json}\n\n`;

const garbled: readonly StepFault[] = [
  fault(
    'malformed',
    'no JSON',
    'again',
    instead((event) => event.bytes.replace(/\}\n\n$/, '\n\n')),
  ),
  fault('malformed', 'null', 'again', instead(data('null'))),
  fault('malformed', 'a number', 'again', instead(data('17'))),
  fault('malformed', 'a list', 'again', instead(data('[]'))),
  fault('malformed', 'an empty object', 'again', instead(data('{}')), {
    steps: tellable.filter((step) => step !== 'message_start'),
  }),
  fault(
    'malformed',
    'values of other kinds',
    'again',
    instead((event) => bytesOf(event.name, leaves(event.data))),
    {
      // What the beginning and the end say beside counts is not needed.
      steps: ['text start', 'in text', 'tool start', 'in tool input'],
    },
  ),
  fault('malformed', 'an error without words', 'again', stopping('event: error\ndata: oh no\n\n')),
  fault('malformed', 'an error that is null', 'again', stopping('event: error\ndata: null\n\n')),
  fault('malformed', 'a page', 'again', stopping('<html><body>502 Bad Gateway</body></html>\n\n')),
  fault('malformed', 'noise', 'again', (events, at) => [
    ...before(events, at),
    send(Buffer.from([0, 255, 254, 13, 10, 0, 195, 40, 10, 10])),
    end,
  ]),
  fault(
    'order',
    'left out',
    'again',
    instead(() => ''),
    {
      steps: tellable.filter((step) => step !== 'message_start'),
    },
  ),
  fault(
    'order',
    'stopped too early',
    'again',
    stopping(bytesOf('message_stop', { type: 'message_stop' })),
    {
      steps: anywhere.filter((step) => step !== 'message_stop'),
    },
  ),
  fault(
    'order',
    'begun anew',
    'well',
    (events, at) => [send(text(events.slice(0, at)) + text(events)), end],
    { steps: ['in text', 'text end', 'in tool input', 'tool end'] },
  ),
  fault(
    'oversized',
    '70 MB of text',
    'again',
    (events, at) => {
      const much = { type: 'text_delta', text: 'x'.repeat(7_000_000) };
      const index = events[at]?.data.index;
      const delta = bytesOf('content_block_delta', {
        type: 'content_block_delta',
        index,
        delta: much,
      });
      const many = Array.from({ length: 10 }, () => send(delta));
      return [...before(events, at), ...many, send(text(events.slice(at))), end];
    },
    { steps: ['in text'], isHeavy: true },
  ),
  fault(
    'oversized',
    '70 MB without a line',
    'again',
    (events, at) => [
      ...before(events, at),
      ...Array.from({ length: 10 }, () => send('x'.repeat(7_000_000))),
      end,
    ],
    { steps: ['message_start', 'in text'], isHeavy: true },
  ),
];

const strange = {
  type: 'content_block_start',
  index: 40,
  content_block: { type: 'hologram', id: 'h' },
};
const more = { type: 'content_block_delta', index: 40, delta: { type: 'light_delta', light: 'x' } };
const unknownBlock =
  bytesOf('content_block_start', strange) +
  bytesOf('content_block_delta', more) +
  bytesOf('content_block_stop', { type: 'content_block_stop', index: 40 });

const harmless: readonly StepFault[] = [
  fault('odd but right', 'a pause', 'well', (events, at) => [
    ...before(events, at),
    { do: 'wait', ms: 500 },
    send(text(events.slice(at))),
    end,
  ]),
  fault('odd but right', 'pings', 'well', ahead(bytesOf('ping', { type: 'ping' }).repeat(50))),
  fault('odd but right', 'comments', 'well', ahead(': keep-alive\n\n'.repeat(50))),
  fault(
    'odd but right',
    'an unknown event',
    'well',
    ahead(bytesOf('news', { type: 'news', words: 'x' })),
  ),
  fault('odd but right', 'an unknown block', 'well', ahead(unknownBlock), { steps: inside }),
  fault(
    'odd but right',
    'twice',
    'well',
    instead(({ bytes }) => bytes + bytes),
    {
      steps: ['message_start', 'text end', 'tool end', 'message_delta', 'message_stop'],
    },
  ),
  fault(
    'odd but right',
    'CRLF, byte by byte',
    'well',
    (events) => {
      const bytes = Buffer.from(text(events).replaceAll('\n', '\r\n'));
      return [...Array.from(bytes, (_, at) => send(bytes.subarray(at, at + 1))), end];
    },
    { steps: ['message_start'] },
  ),
  fault('odd but right', 'a byte order mark', 'well', ahead('\uFEFF'), {
    steps: ['message_start'],
  }),
  fault('odd but right', 'never ended', 'well', (events) => [send(text(events)), { do: 'hang' }], {
    steps: ['message_stop'],
  }),
  fault(
    'odd but right',
    'reset after its end',
    'well',
    (events) => [send(text(events)), { do: 'wait', ms: 1500 }, { do: 'reset' }],
    {
      steps: ['message_stop'],
    },
  ),
  fault(
    'odd but right',
    'without its beginning',
    'well',
    instead(() => ''),
    { steps: ['message_start'] },
  ),
];

/** The same with other counts in it. */
const counting = (counts: Record<string, unknown> | null): Spoil =>
  instead(({ name, data: own }) => {
    const changed = (value: unknown) =>
      counts === null ? null : { ...(typeof value === 'object' ? value : {}), ...counts };
    if (name === 'message_delta') return bytesOf(name, { ...own, usage: changed(own.usage) });
    const { message } = own;
    if (typeof message !== 'object' || message === null || !('usage' in message)) return '';
    return bytesOf(name, { ...own, message: { ...message, usage: changed(message.usage) } });
  });

const usages: readonly StepFault[] = (
  [
    ['none', null],
    ['-1', { input_tokens: -1, output_tokens: -1 }],
    ['parts of tokens', { output_tokens: 1.5 }],
    ['words', { input_tokens: 'many', output_tokens: 'few' }],
    ['null', { input_tokens: null, output_tokens: null }],
    ['more than there can be', { input_tokens: 9e14, output_tokens: 9e14 }],
    ['negative reads', { cache_read_input_tokens: -40 }],
    ['nothing at all', { input_tokens: 0, output_tokens: 0, cache_read_input_tokens: 0 }],
  ] as const
).map(([name, counts]) =>
  fault('usage', `usage: ${name}`, 'well', counting(counts), {
    steps: ['message_start', 'message_delta'],
  }),
);

const ending = (reason: unknown, details: unknown = null): Spoil =>
  instead(({ name, data: own }) =>
    bytesOf(name, {
      ...own,
      delta: { stop_reason: reason, stop_sequence: null, stop_details: details },
    }),
  );
const refusing = (category: string | null) =>
  ending('refusal', { type: 'refusal', category, explanation: null });

const stops: readonly StepFault[] = (
  [
    ['refusal, no category', 'decide', refusing(null)],
    ['refusal, cyber', 'decide', refusing('cyber')],
    ['refusal, a new category', 'decide', refusing('a_new\nkind')],
    ['max_tokens', 'lengthen', ending('max_tokens')],
    ['model_context_window_exceeded', 'shrink', ending('model_context_window_exceeded')],
    ['a new reason', 'well', ending('something_new')],
    ['stop_sequence', 'well', ending('stop_sequence')],
  ] as const
).map(([name, promised, spoil]) =>
  fault('stop reason', `stop: ${name}`, promised, spoil, { steps: ['message_delta'] }),
);

/** A refusal before a word was said, which is free. */
const silentRefusal = fault(
  'stop reason',
  'stop: refusal without a word',
  'decide',
  (events) => {
    const isContent = ({ name }: WireEvent) => name.startsWith('content_block');
    const bare = events.filter((event) => !isContent(event));
    return refusing('bio')(bare, indexOfStep(bare, 'message_delta'));
  },
  { steps: ['message_delta'] },
);
const silence = fault(
  'stop reason',
  'nothing said',
  'decide',
  (events) => [send(text(events.filter(({ name }) => !name.startsWith('content_block')))), end],
  { steps: ['message_stop'], codes: ['empty'] },
);

export const answerFaults: readonly StepFault[] = [
  ...[...breaks, ...errors, ...garbled, ...harmless, ...usages, ...stops],
  ...[silentRefusal, silence],
];

/** The fault as it is done at one step. */
export function faultAt({ spoil, headers, steps: _, ...named }: StepFault, step: Step): NamedFault {
  return {
    ...named,
    fault: {
      at: 'answer',
      breaksAt: (events) => indexOfStep(events, step),
      spoil: (events) => {
        const at = indexOfStep(events, step);
        if (at < 0) throw new Error(`${named.name}: the answer has no ${step}`);
        return spoil(events, at);
      },
      ...(headers ? { headers } : {}),
    },
  };
}
