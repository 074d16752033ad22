import { type MessagesApi, startMessagesApi } from '#demo/messages-api.ts';

/** The Messages API: it answers each word with its ticket, and holds some answers back. */
export interface TicketApi {
  api: MessagesApi;
  /** How often it was asked about a ticket. */
  asked(ticket: string): number;
  /** The answer waits until it is let go. */
  hold(ticket: string): () => void;
  close(): Promise<void>;
}

export const replyTo = (ticket: string): string => `Go on with ticket ${ticket}`;

export async function startTicketApi(): Promise<TicketApi> {
  const asked = new Map<string, number>();
  const held = new Map<string, Promise<void>>();
  const api = await startMessagesApi({
    script(call) {
      const ticket = [...call.lastText.matchAll(/ticket ([\w-]+)/g)].at(-1)?.[1] ?? 'none';
      asked.set(ticket, (asked.get(ticket) ?? 0) + 1);
      const gate = held.get(ticket);
      return { text: replyTo(ticket), ...(gate ? { gate } : {}) };
    },
  });
  return {
    api,
    asked: (ticket) => asked.get(ticket) ?? 0,
    hold(ticket) {
      const { promise, resolve } = Promise.withResolvers<void>();
      held.set(ticket, promise);
      return resolve;
    },
    close: () => api.close(),
  };
}
