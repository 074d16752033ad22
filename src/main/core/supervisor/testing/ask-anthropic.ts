import { type Answer, type MessagesApi, startMessagesApi } from '#demo/messages-api.ts';
import { type AnthropicSupervisorOptions, createAnthropicSupervisor } from '../anthropic.ts';
import type { CallOutcome, SupervisorProgress, SupervisorRequest } from '../supervisor.ts';

const apis: MessagesApi[] = [];

/** To be called after each test. */
export async function closeApis(): Promise<void> {
  await Promise.all(apis.splice(0).map((api) => api.close()));
}

/** @param key the one that it takes; absent: one of its own */
export async function startApi(
  script: (text: string, call: number) => Answer | Promise<Answer>,
  key?: string,
) {
  const api = await startMessagesApi({
    script: ({ lastText }, call) => script(lastText, call),
    ...(key === undefined ? {} : { key }),
  });
  apis.push(api);
  return api;
}

export function supervisorOf(api: MessagesApi, options: Partial<AnthropicSupervisorOptions> = {}) {
  return createAnthropicSupervisor({
    credential: () => ({ apiKey: api.key }),
    baseUrl: () => api.url,
    idleTimeoutMs: 5_000,
    ...options,
  });
}

export const request: SupervisorRequest = {
  model: 'claude-opus-5-5',
  maxTokens: 4_000,
  system: 'You answer in the owner’s stead.',
  messages: [{ role: 'user', text: '<session id="api">All tests pass. Refactor?</session>' }],
  cacheTtl: '5m',
  verdictTools: true,
};

export const never = new AbortController().signal;

interface Ask {
  request?: Partial<SupervisorRequest>;
  options?: Partial<AnthropicSupervisorOptions>;
  signal?: AbortSignal;
}

/** One call against a server that gives this one answer. */
export async function ask(answer: Answer, asked: Ask = {}) {
  const api = await startApi(() => answer);
  const progress: SupervisorProgress[] = [];
  const outcome = await supervisorOf(api, asked.options).answer(
    { ...request, ...asked.request },
    (step) => progress.push(step),
    asked.signal ?? never,
  );
  return { api, outcome, progress };
}

export function faultIn(outcome: CallOutcome) {
  if (outcome.ok) throw new Error(`expected a fault, got: ${outcome.answer.text}`);
  return outcome.fault;
}

export function answerIn(outcome: CallOutcome) {
  if (!outcome.ok) throw new Error(`expected an answer, got: ${outcome.fault.message}`);
  if (outcome.kind !== 'answer') throw new Error('expected an answer, got a wish for tools');
  return outcome.answer;
}
