import {
  type Answer,
  type MessagesApi,
  type MessagesCall,
  startMessagesApi,
} from '#demo/messages-api.ts';

/** The far end of the supervisor's calls: a real Messages API on loopback that says what it is told to. */
export interface Supervisor {
  api: MessagesApi;
  /** The next calls get these answers, in order; after them comes the usual one. */
  willSay(...answers: Answer[]): void;
  /** The next call begins, stops after `afterChars` characters, and goes on with `open()`. */
  willHold(answer: Exclude<Answer, { fault: unknown }>, afterChars?: number): { open(): void };
}

export const usualAnswer = 'Go on, and show me the output.';

export type Script = (call: MessagesCall) => Answer | Promise<Answer>;

/** @param script answers what `willSay` has not been told */
export async function startSupervisor(
  script: Script = () => ({ text: usualAnswer }),
): Promise<Supervisor> {
  const answers: Answer[] = [];
  const api = await startMessagesApi({ script: (call) => answers.shift() ?? script(call) });
  return {
    api,
    willSay: (...more) => answers.push(...more),
    willHold(answer, gateAfterChars = 0) {
      const gate = Promise.withResolvers<void>();
      answers.push({ ...answer, gate: gate.promise, gateAfterChars });
      return { open: gate.resolve };
    },
  };
}

/** The supervisor asks the owner. */
export function escalation(question: string, proposal = '', reasoning = ''): Answer {
  return { tool: 'escalate', input: { question, proposal, reasoning } };
}

export const finish = (reason: string): Answer => ({ tool: 'finish', input: { reason } });
