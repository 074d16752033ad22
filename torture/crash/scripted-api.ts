import { blocksOf, isText } from '#demo/messages-api/request-rules.ts';
import {
  type Answer,
  type MessagesApi,
  type MessagesCall,
  startMessagesApi,
} from '#demo/messages-api.ts';
import type { Chance } from '../chance.ts';
import type { ApiCall } from './evidence.ts';
import { type Lean, type Load, leaningShare } from './load.ts';
import { lastMark } from './marks.ts';

export interface ScriptedApi {
  api: MessagesApi;
  /** Its log of messages, as it is now. */
  calls(): ApiCall[];
  /** Told of every message that is asked for, before anything is answered. */
  onAsked: () => void;
}

interface Scripted {
  call: MessagesCall;
  about: string | null;
  said: ApiCall['said'];
  text: string;
}

const summaryModel = 'claude-haiku-5-5';

/** A supervisor that replies, asks, finishes, uses tools and fails as chance has it. */
export async function startScriptedApi(chance: Chance, load: Load): Promise<ScriptedApi> {
  const scripted: Scripted[] = [];
  const api = await startMessagesApi({
    script(call, number) {
      self.onAsked();
      const word = call.body.model === summaryModel ? null : wordOf(call);
      const about = word?.mark ?? null;
      const { said, text, answer } = answerTo({ call, word, number, chance, lean: load.lean });
      scripted.push({ call, about, said, text });
      return answer;
    },
  });
  const self: ScriptedApi = {
    api,
    onAsked: () => {},
    calls: () =>
      scripted.map(({ call, about, said, text }) => {
        const { number, receivedAt, requestId, outcome, status, usage, body } = call;
        const facts = { number, requestId, outcome, status, usage, about, said, text };
        return { ...facts, atMs: receivedAt.getTime(), model: body.model };
      }),
  };
  return self;
}

/** Relay says whose turn it is, where that is not whoever spoke last; what it said last counts. */
const named = /The last words of session (s\d+) have not been answered yet/g;

/** The word that is to be answered: the newest in what the supervisor is sent; and whose it is. */
function wordOf({ body }: MessagesCall): { mark: string; isOwners: boolean } {
  const text = body.messages
    .filter(({ role }) => role === 'user')
    .flatMap((message) => blocksOf(message).filter(isText))
    .map((block) => block.text)
    .join('\n');
  const newest = lastMark(text);
  const name = [...text.slice(newest?.at ?? 0).matchAll(named)].at(-1)?.[1];
  const found = name ? lastMark(text, name) : newest;
  if (!found) throw new Error('a call about no word');
  const before = text.slice(0, found.at);
  const isOwners = before.lastIndexOf('<owner ') > before.lastIndexOf('<session ');
  return { mark: found.mark, isOwners };
}

interface Question {
  call: MessagesCall;
  word: ReturnType<typeof wordOf> | null;
  number: number;
  chance: Chance;
  lean: Lean | undefined;
}

type Scene = Pick<Scripted, 'said' | 'text'> & { answer: Answer };

function answerTo(question: Question): Scene {
  const { call, word, number, chance, lean } = question;
  const isLed = lean !== undefined && chance.happens(leaningShare);
  const pace = {
    firstByteDelayMs: chance.whole(0, 25),
    chunkDelayMs: chance.whole(0, 3),
    chunkChars: 16,
  };
  if (chance.happens(0.12) || (isLed && lean === 'fault')) {
    return { said: 'fault', text: '', answer: faultBy(chance) };
  }
  if (word === null) {
    const text = 'They went on step by step, and all tests passed.';
    return { said: 'summary', text: '', answer: { text, ...pace } };
  }
  const { mark: about, isOwners: isOwner } = word;
  const isAfterTools = call.lastText.trim() === '';
  const at = chance.fraction();
  if (!isOwner && (at < 0.08 || (isLed && lean === 'finish'))) {
    return { said: 'finish', text: '', answer: finish(about, pace) };
  }
  if (!isOwner && (at < 0.16 || (isLed && lean === 'escalate'))) {
    const text = `[NEEDS-JC] May ${about} go on?\nProposal: yes.`;
    return { said: 'escalate', text: '', answer: { text, ...pace } };
  }
  if (!isAfterTools && (at < 0.3 || (isLed && lean === 'tool')) && offersFiles(call)) {
    const input = { path: '.' };
    return { said: 'tool', text: '', answer: { text: '', tool: 'list_files', input, ...pace } };
  }
  const text = `To ${about}, by call ${number}: run the tests again and show their last lines.`;
  return { said: 'reply', text, answer: { text, ...pace } };
}

const finish = (about: string, pace: Answer): Answer => ({
  ...pace,
  text: '',
  tool: 'finish',
  input: { reason: `All of ${about} is done.` },
});

const offersFiles = ({ body }: MessagesCall): boolean =>
  (body.tools ?? []).some(({ name }) => name === 'list_files');

function faultBy(chance: Chance): Answer {
  const text = 'This answer does not come to its end, whatever happens. '.repeat(3);
  return chance.pick<Answer>([
    { fault: { status: 429, retryAfterSeconds: 0 } },
    { fault: { status: 500 } },
    { fault: { status: 529 } },
    { text, cut: 40 },
    { text, endEarly: 60 },
    { text, malformed: true, afterChars: 50 },
    { text, sseError: { type: 'overloaded_error', message: 'Overloaded' }, afterChars: 20 },
    { text, stall: 30 },
  ]);
}
