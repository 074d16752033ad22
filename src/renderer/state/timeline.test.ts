import { describe, expect, it } from 'vitest';
import type { RelayEvent } from '#shared/events.ts';
import { ConversationId, SessionId } from '#shared/ids.ts';
import { emptyTimeline, withEvents, withFirstPage, withOlderPage } from './timeline.ts';

const id = SessionId.parse('s');
const conversationId = ConversationId.parse('/work');

const event = (seq: number, change: Partial<RelayEvent> = {}): RelayEvent =>
  ({
    ...{ seq, id: String(seq), tsNs: `${seq}000000`, at: seq, type: 'session.prompted' },
    ...{ payload: {}, tokens: 0, sessionId: id, conversationId, exchangeId: null },
    ...{ toolUseId: null, ...change },
    // A test's event need not be of a kind that anyone reads.
  }) as RelayEvent;

const seqs = ({ events }: { events: readonly RelayEvent[] }) => events.map(({ seq }) => seq);

describe('a timeline', () => {
  it('has no gap and no double when live events overtake the first page', () => {
    const live = withEvents(emptyTimeline(conversationId), id, [event(4), event(5)]);
    const page = { events: [event(1), event(2), event(3), event(4)], more: true };
    const full = withFirstPage(live, page);
    expect(seqs(full)).toEqual([1, 2, 3, 4, 5]);
    expect(seqs(withEvents(full, id, [event(4), event(5), event(6)]))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('puts older pages before, each event once', () => {
    const first = withFirstPage(emptyTimeline(conversationId), {
      events: [event(5), event(6)],
      more: true,
    });
    const full = withOlderPage(first, { events: [event(3), event(4), event(5)], more: false });
    expect(seqs(full)).toEqual([3, 4, 5, 6]);
    expect(full.hasOlder).toBe(false);
  });

  it('takes its own events and those of its conversation that concern no single session', () => {
    const other = SessionId.parse('other');
    const elsewhere = ConversationId.parse('/elsewhere');
    const full = withEvents(emptyTimeline(conversationId), id, [
      event(1),
      event(2, { sessionId: other }),
      event(3, { sessionId: null }),
      event(4, { sessionId: null, conversationId: elsewhere }),
    ]);
    expect(seqs(full)).toEqual([1, 3]);
  });
});
