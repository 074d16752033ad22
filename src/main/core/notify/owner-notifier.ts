import type { ItemKind } from '#shared/events.ts';
import type { ItemId } from '#shared/ids.ts';
import type { Engine } from '../engine/engine.ts';
import type { Logger } from '../settings/logs.ts';
import { replyTopicOf } from '../settings/ntfy-topic.ts';
import type { SettingsStore } from '../settings/settings.ts';
import { createNotifier, type Notifier, type OwnerMessage } from './notifier.ts';
import { createNtfy, type Ntfy, type NtfyButton, type NtfyMessage } from './ntfy.ts';
import type { PhoneCodes } from './phone-codes.ts';
import { createPhoneReplies, type PhoneReplies, type ReplyTopic } from './phone-replies.ts';
import { buttonBody } from './phone-word.ts';

interface PhoneOptions {
  settings: SettingsStore;
  log: Logger;
  /** Somebody waits for the answer: what fails is told, not tried again. */
  isWaitedFor?: boolean;
}

interface OwnerPhoneOptions extends PhoneOptions {
  engine: Engine;
  codes: PhoneCodes;
}

/** The owner's phone: ntfy by the current settings, whatever they are at the moment of sending. */
export function createOwnerNotifier({ engine, settings, codes, log }: OwnerPhoneOptions): Notifier {
  const options = { settings, log };
  return createNotifier({
    engine,
    channel: 'ntfy',
    isEnabled: () =>
      settings.current().ntfy.enabled && settings.secrets().RELAY_NTFY_TOPIC !== undefined,
    reminderMs: () => settings.current().escalation.reminderMinutes * 60_000,
    send: ({ itemId, kind, title, body, isUrgent }) => {
      const buttons = buttonsFor(kind, itemId, settings, codes);
      const tags = ['relay', itemId];
      const message = { title, message: body, priority: isUrgent ? 4 : 3, tags } as const;
      return sendToPhone(options, { ...message, id: itemId, buttons });
    },
    takeBack: async (itemId) => {
      const failure = await phoneOf(options)?.remove(itemId);
      if (failure && !failure.ok)
        log.debug({ itemId, failure }, 'a notification stays where it is');
    },
  });
}

/** Hears what the owner answers from the phone. */
export function createOwnerReplies({
  engine,
  settings,
  codes,
  log,
}: OwnerPhoneOptions): PhoneReplies {
  return createPhoneReplies({
    ...{ engine, codes, log },
    replyTopic: () => replyTopic(settings),
    tell: (text) => {
      const message = { title: 'Your answer was not used', message: text, priority: 2 } as const;
      void sendToPhone({ settings, log }, { ...message, tags: ['relay'] });
    },
  });
}

/** Sends one message that only shows that messages arrive; a sentence when it did not go out. */
export function createTestNotification(options: PhoneOptions): () => Promise<string | undefined> {
  const message = 'This is a test. What needs you will arrive like this.';
  const waitedFor = { ...options, isWaitedFor: true };
  return () => sendToPhone(waitedFor, { title: 'Relay', message, priority: 3, tags: ['relay'] });
}

/** Yes and no, in the words of what is asked. */
const labels = {
  escalation: ['Approve', 'Dismiss'],
  draft: ['Send it', 'Drop it'],
  tool: ['Allow', 'Refuse'],
  permission: ['Allow', 'Deny'],
  fault: ['Go on', 'Dismiss'],
} as const satisfies Record<OwnerMessage['kind'], readonly [string, string]>;

function buttonsFor(
  kind: ItemKind,
  itemId: ItemId,
  settings: SettingsStore,
  codes: PhoneCodes,
): NtfyButton[] {
  const topic = replyTopic(settings)?.topic;
  if (topic === undefined) return [];
  const [yes, no] = labels[kind];
  return [
    { label: yes, topic, body: buttonBody('approve', itemId, codes) },
    { label: no, topic, body: buttonBody('dismiss', itemId, codes) },
  ];
}

function replyTopic(settings: SettingsStore): ReplyTopic | undefined {
  const { enabled, replies, server } = settings.current().ntfy;
  const { RELAY_NTFY_TOPIC: topic, RELAY_NTFY_TOKEN: token } = settings.secrets();
  if (!enabled || !replies || !topic) return undefined;
  const named = { server, topic: replyTopicOf(topic.secret.reveal()) };
  return token ? { ...named, token: token.secret.reveal() } : named;
}

function phoneOf({ settings, log, isWaitedFor }: PhoneOptions): Ntfy | undefined {
  const { RELAY_NTFY_TOPIC: topic, RELAY_NTFY_TOKEN: token } = settings.secrets();
  if (!topic) return undefined;
  const { server } = settings.current().ntfy;
  const patience = isWaitedFor ? { waitsMs: [] } : {};
  const named = { server, topic: topic.secret.reveal(), log, ...patience };
  return createNtfy(token ? { ...named, token: token.secret.reveal() } : named);
}

async function sendToPhone(
  options: PhoneOptions,
  message: NtfyMessage,
): Promise<string | undefined> {
  const phone = phoneOf(options);
  if (!phone) return 'There is no ntfy topic.';
  const { clickUrl } = options.settings.current().ntfy;
  const result = await phone.publish({ ...message, ...(clickUrl ? { clickUrl } : {}) });
  return result.ok ? undefined : result.message;
}
