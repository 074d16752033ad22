import type { ItemKind } from '#shared/events.ts';
import type { ItemId } from '#shared/ids.ts';
import type { Engine } from '../engine/engine.ts';
import type { ItemState } from '../engine/state.ts';

/** One message to the owner, wherever he is. */
export interface OwnerMessage {
  itemId: ItemId;
  kind: ItemKind;
  /** Who asks. */
  title: string;
  /** The question in one sentence, then the proposal. */
  body: string;
  isUrgent: boolean;
}

export interface NotifierOptions {
  engine: Engine;
  channel: string;
  isEnabled: () => boolean;
  /** Never rejects; a sentence when it did not get through. */
  send: (message: OwnerMessage) => Promise<string | undefined>;
  /** The item is settled: whatever still shows it is to go. Never rejects. */
  takeBack: (itemId: ItemId) => Promise<void>;
  /** 0: never. */
  reminderMs: () => number;
  now?: () => number;
}

/**
 * Tells the owner of every new inbox item over one channel: once, also across restarts, and again
 * when it has waited for long; and takes it back once it is settled, wherever that was. Best effort:
 * nothing ever waits for it.
 */
export interface Notifier {
  run(): void;
}

export function createNotifier(options: NotifierOptions): Notifier {
  const { engine, channel, isEnabled, send, takeBack, reminderMs, now = Date.now } = options;
  const underWay = new Set<ItemId>();
  const lastToldAt = new Map<ItemId, number>();
  /** What the owner has before him, as far as is known. */
  const shown = new Set<ItemId>();
  const startedAt = now();

  function tell(item: ItemState, isFirst: boolean): void {
    underWay.add(item.id);
    lastToldAt.set(item.id, now());
    shown.add(item.id);
    void send(messageFor(item, isFirst))
      .then((failure = undefined) => {
        if (!isFirst) return;
        engine.execute({
          kind: 'markNotified',
          itemId: item.id,
          channel,
          failure: failure ?? null,
        });
      })
      .catch(() => {
        // Only the note that it was told could not be committed: it is told once more at a restart.
      })
      .finally(() => underWay.delete(item.id));
  }

  function messageFor(item: ItemState, isFirst: boolean): OwnerMessage {
    const session = item.sessionId ? engine.state.sessions.get(item.sessionId) : undefined;
    const name = session?.title ?? item.sessionId ?? 'Relay';
    const proposal = item.proposal ? `\nProposal: ${item.proposal}` : '';
    const isUrgent = item.kind === 'escalation' || item.code !== null;
    return {
      itemId: item.id,
      kind: item.kind,
      title: isFirst ? name : `Still waiting: ${name}`,
      body: `${item.summary}${proposal}`,
      isUrgent,
    };
  }

  function takeBackSettled(): void {
    const { items } = engine.state;
    for (const item of items.values()) if (item.notified.includes(channel)) shown.add(item.id);
    for (const id of shown) {
      // What is just being sent would come after its removal.
      if (items.has(id) || underWay.has(id)) continue;
      shown.delete(id);
      void takeBack(id);
    }
  }

  return {
    run() {
      if (!isEnabled()) return;
      takeBackSettled();
      for (const id of lastToldAt.keys()) if (!engine.state.items.has(id)) lastToldAt.delete(id);
      const every = reminderMs();
      for (const item of engine.state.items.values()) {
        if (underWay.has(item.id)) continue;
        const isMuted = item.sessionId && engine.state.sessions.get(item.sessionId)?.muted;
        if (isMuted) continue;
        if (!item.notified.includes(channel) && !lastToldAt.has(item.id)) tell(item, true);
        else if (every > 0 && now() - (lastToldAt.get(item.id) ?? startedAt) >= every) {
          tell(item, false);
        }
      }
    },
  };
}
