import { createHash } from 'node:crypto';
import type { EventPayload } from '#shared/events.ts';
import type { SupervisorRequest } from '../supervisor/supervisor.ts';
import type { CallSettings } from './call-settings.ts';

export type SentMark = NonNullable<EventPayload<'call.started'>['sent']>;

/** What is kept of a request beside the events it was made from. */
export function sentMark(request: SupervisorRequest, provider: CallSettings['provider']): SentMark {
  const { system, messages, pinnedMessage = null, tools = [], aside = '' } = request;
  return {
    provider,
    cacheTtl: request.cacheTtl,
    effort: request.effort ?? null,
    rounds: request.turn?.length ?? 0,
    prints: {
      system: print(system),
      messages: print([messages, pinnedMessage]),
      tools: print([tools, request.verdictTools]),
      aside: print(aside),
    },
  };
}

/** 64 bits: enough to tell a change from none, and no secret. */
const print = (part: unknown): string =>
  createHash('sha256').update(JSON.stringify(part)).digest('hex').slice(0, 16);
