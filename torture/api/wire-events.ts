/** One server-sent event of an answer, as the API sent it. */
export interface WireEvent {
  name: string;
  data: Record<string, unknown>;
  /** As it goes over the wire, its blank line included. */
  bytes: string;
}

/** Where in an answer something happens; in the order of a message. */
export const steps = [
  'message_start',
  'text start',
  'in text',
  'text end',
  'tool start',
  'in tool input',
  'tool end',
  'message_delta',
  'message_stop',
] as const;
export type Step = (typeof steps)[number];

export function eventsIn(body: string): WireEvent[] {
  return body
    .split(/(?<=\n\n)/)
    .filter((bytes) => bytes.endsWith('\n\n'))
    .flatMap((bytes) => {
      const name = /^event: (.*)$/m.exec(bytes)?.[1] ?? '';
      const data = /^data: (.*)$/m.exec(bytes)?.[1];
      const parsed = parsedObject(data);
      return parsed ? [{ name, data: parsed, bytes }] : [];
    });
}

export function bytesOf(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** The index of the event that a step is about; of several deltas one in the middle; -1 for none. */
export function indexOfStep(events: readonly WireEvent[], step: Step): number {
  if (step === 'message_start' || step === 'message_delta' || step === 'message_stop') {
    return events.findIndex(({ name }) => name === step);
  }
  const isTool = step.includes('tool');
  const start = events.findIndex(
    ({ name, data }) =>
      name === 'content_block_start' &&
      typeOf(data.content_block) === (isTool ? 'tool_use' : 'text'),
  );
  if (start < 0 || step.endsWith('start')) return start;
  const own = events.flatMap((event, index) =>
    index > start && event.data.index === events[start]?.data.index ? [index] : [],
  );
  const isDelta = (index: number) => events[index]?.name === 'content_block_delta';
  if (step.endsWith('end')) return own.find((index) => !isDelta(index)) ?? -1;
  const deltas = own.filter(isDelta);
  return deltas[Math.floor(deltas.length / 2)] ?? -1;
}

const typeOf = (block: unknown): unknown =>
  typeof block === 'object' && block !== null && 'type' in block ? block.type : undefined;

function parsedObject(json: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json ?? '');
    // An object that JSON made has string keys.
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
