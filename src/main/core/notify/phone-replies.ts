import type { Engine } from '../engine/engine.ts';
import type { Logger } from '../settings/logs.ts';
import { listenToTopic, type PhoneMessage } from './ntfy-listener.ts';
import type { PhoneCodes } from './phone-codes.ts';
import { readPhoneWord } from './phone-word.ts';

/** Where the phone is heard; undefined while it is not. */
export interface ReplyTopic {
  server: string;
  topic: string;
  token?: string;
}

export interface PhoneRepliesOptions {
  engine: Engine;
  codes: PhoneCodes;
  /** As the settings want it now. */
  replyTopic: () => ReplyTopic | undefined;
  /** Tells the owner on the phone that his word had no effect. */
  tell: (text: string) => void;
  log: Logger;
  now?: () => number;
}

/** Hears the owner's phone: as long as the settings want it, and each message once. */
export interface PhoneReplies {
  run(): void;
  stop(): Promise<void>;
}

export function createPhoneReplies(options: PhoneRepliesOptions): PhoneReplies {
  const { engine, codes, replyTopic, tell, log, now = Date.now } = options;
  /** What was said before Relay ever listened is not meant for it. */
  const beganAtSeconds = Math.floor(now() / 1000);
  let listening: { key: string; abort: AbortController; over: Promise<void> } | undefined;

  function take({ id: messageId, sentAtSeconds, text }: PhoneMessage): void {
    const act = readPhoneWord(text, codes);
    if (!act) return;
    const outcome = engine.execute({ kind: 'takePhoneWord', messageId, sentAtSeconds, act });
    const [taken] = outcome.ok ? outcome.events : [];
    if (taken?.type !== 'phone_word.taken' || taken.payload.refusal === null) return;
    log.info({ refusal: taken.payload.refusal }, 'a word from the phone had no effect');
    // A wrong code is nobody's who would have to know.
    if (act.kind !== 'refused') tell(taken.payload.refusal);
  }

  function run(): void {
    const wanted = replyTopic();
    const key = JSON.stringify(wanted ?? null);
    if (listening?.key === key) return;
    listening?.abort.abort();
    listening = undefined;
    if (!wanted) return;
    const abort = new AbortController();
    const over = listenToTopic(
      {
        ...wanted,
        log,
        sinceSeconds: () => engine.state.phone.sentAtSeconds || beganAtSeconds,
        onMessage: take,
      },
      abort.signal,
    );
    listening = { key, abort, over };
  }

  return {
    run,
    async stop() {
      listening?.abort.abort();
      await listening?.over;
    },
  };
}
