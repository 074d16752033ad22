import type { MessageAnswer } from './messages-api/answer.ts';
import type { Answer, MessagesCall } from './messages-api.ts';

/** What the supervisor will say when a session (or the owner about it) has spoken. */
export interface ScriptedLine {
  answer: Answer;
  /** Words that must stand in what it was sent: proof that it knows them, and not only the script. */
  mustHaveRead?: string;
}

export interface ScriptedSupervisor {
  /** For `startMessagesApi`. */
  script(call: MessagesCall): Answer;
  /** Lines are said in this order, each once. */
  willSay(sessionId: string, ...lines: ScriptedLine[]): void;
}

const unscripted: MessageAnswer = {
  text: 'This supervisor only plays its part in the demo and has no answer to that. With an API key, `npx relay run` gives you one that thinks.',
};

/**
 * The far end of the demo's API calls. It answers whoever spoke last in the prompt it is sent, as a
 * real supervisor does.
 *
 * @param onProblem is told when the prompt lacks what a line needs: the demo is broken then
 */
export function createScriptedSupervisor(onProblem: (why: string) => void): ScriptedSupervisor {
  const linesOf = new Map<string, ScriptedLine[]>();
  return {
    willSay(sessionId, ...lines) {
      linesOf.set(sessionId, [...(linesOf.get(sessionId) ?? []), ...lines]);
    },
    script(call) {
      const line = linesOf.get(lastSpeaker(call.lastText) ?? '')?.shift();
      if (!line) return unscripted;
      const { answer, mustHaveRead } = line;
      if (mustHaveRead && !JSON.stringify(call.body.messages).includes(mustHaveRead)) {
        onProblem(`the supervisor was not shown "${mustHaveRead}"`);
      }
      return answer;
    },
  };
}

/** The session of the last block that names one (docs/supervisor.md, the tags). */
function lastSpeaker(text: string): string | undefined {
  const tags = text.matchAll(/<(?:session id|owner [^>]*session)="([^"]+)"/g);
  return [...tags].at(-1)?.[1];
}
