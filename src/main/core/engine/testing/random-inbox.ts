import { expect } from 'vitest';
import type { HowSettled, ItemKind } from '#shared/events.ts';
import type { ExchangeId, ItemId } from '#shared/ids.ts';
import type { Command } from '../command.ts';
import type { EngineDesk } from './engine-desk.ts';

/** The owner at his inbox, in the window, by command and on the phone. */
export class RandomInbox {
  readonly desk: EngineDesk;
  private words = 0;

  constructor(desk: EngineDesk) {
    this.desk = desk;
  }

  settle(itemId: ItemId, m: number): void {
    for (const command of this.commandsFor(itemId, m)) this.desk.engine.execute(command);
  }

  /** Each message of the phone comes twice, as after a lost connection; the second is nothing new. */
  private phone(act: Extract<Command, { kind: 'takePhoneWord' }>['act']): Command[] {
    this.words += 1;
    const message = { messageId: `m${this.words}`, sentAtSeconds: this.words };
    const word: Command = { kind: 'takePhoneWord', ...message, act };
    return [word, word];
  }

  private commandsFor(itemId: ItemId, m: number): Command[] {
    switch (m) {
      case 0:
        return [{ kind: 'approveItem', itemId, via: 'inbox' }];
      case 1:
        return [{ kind: 'dismissItem', itemId, via: 'inbox' }];
      case 2:
        return [{ kind: 'answerItem', itemId, text: 'x', direct: true, via: 'cli' }];
      case 3:
        return [{ kind: 'answerItem', itemId, text: 'x', direct: false, via: 'cli' }];
      case 4:
        return [{ kind: 'approveItem', itemId, text: 'Edited.', via: 'tray' }];
      case 5:
        return this.phone(
          this.words % 2 ? { kind: 'send', itemId, text: 'Afar.' } : { kind: 'approve', itemId },
        );
      case 6:
        return this.phone({ kind: 'answer', itemId, text: 'From afar.' });
      default:
        // Two hands at once: the second finds it settled.
        return [
          { kind: 'approveItem', itemId, via: 'inbox' },
          { kind: 'dismissItem', itemId, via: 'cli' },
        ];
    }
  }

  check(): void {
    this.checkItems();
    this.checkDrafts();
    this.checkPermissions();
    const heard = this.desk.published.flatMap(({ type, payload }) =>
      type === 'phone_word.taken' ? [payload.messageId] : [],
    );
    expect(heard, 'a message of the phone counts once').toEqual([...new Set(heard)]);
  }

  /** Each is opened once and settled once, and open is what nobody has settled. */
  private checkItems(): void {
    const { published, engine } = this.desk;
    const open = new Set<ItemId>();
    for (const { type, payload } of published) {
      if (type === 'item.opened') open.add(payload.itemId);
      if (type !== 'item.settled') continue;
      expect(open.delete(payload.itemId), `${payload.itemId} is settled once`).toBe(true);
    }
    expect([...engine.state.items.keys()]).toEqual([...open]);
  }

  /** What the supervisor wrote is sent once at most, and a draft only as it was approved. */
  private checkDrafts(): void {
    interface Said {
      sent: number;
      draft: { itemId: ItemId; how: HowSettled | null; text: string } | null;
    }
    const said = new Map<ExchangeId, Said>();
    for (const { type, payload, exchangeId } of this.desk.published) {
      const last = exchangeId ? said.get(exchangeId) : undefined;
      if (type === 'agent_message' && exchangeId) said.set(exchangeId, { sent: 0, draft: null });
      if (type === 'item.opened' && payload.kind === 'draft' && last) {
        last.draft = { itemId: payload.itemId, how: null, text: payload.proposal };
      }
      if (type === 'item.settled' && last?.draft?.itemId === payload.itemId) {
        Object.assign(last.draft, { how: payload.how, text: payload.text });
      }
      if (type !== 'dispatch.queued' || payload.origin !== 'supervisor' || !last) continue;
      last.sent += 1;
      expect(last.sent, `what ${exchangeId} was answered is sent once`).toBe(1);
      if (!last.draft) continue;
      expect(last.draft.how, `${last.draft.itemId} was approved`).toBe('approved');
      expect(payload.text).toBe(last.draft.text);
    }
  }

  /** A request has one answer, and is closed only with one. */
  private checkPermissions(): void {
    const { published, engine } = this.desk;
    const asked = new Map<string, ItemId | null>();
    const kinds = new Map<ItemId, ItemKind>();
    const settled = new Set<ItemId>();
    for (const { type, payload, exchangeId } of published) {
      if (type === 'item.opened') kinds.set(payload.itemId, payload.kind);
      if (type === 'item.settled') settled.add(payload.itemId);
      if (type === 'permission.asked') asked.set(payload.request, payload.itemId);
      if (type === 'permission.closed') {
        const itemId = asked.get(payload.request);
        expect(itemId === null || (itemId && settled.has(itemId))).toBe(true);
        expect(asked.delete(payload.request), `${payload.request} is closed once`).toBe(true);
      }
      // Whoever asked gets the answer; nothing of it becomes a reply.
      if (type === 'item.settled' && kinds.get(payload.itemId) === 'permission') {
        expect(exchangeId).toBeNull();
      }
    }
    for (const { request, itemId, answer } of engine.state.permissions.values()) {
      expect(asked.get(request)).toBe(itemId);
      const isOpen = itemId !== null && engine.state.items.has(itemId);
      expect(answer === null, `${request} has an answer as soon as it is settled`).toBe(isOpen);
    }
    expect([...engine.state.permissions.keys()].toSorted()).toEqual([...asked.keys()].toSorted());
  }
}
