import type { Engine } from '../engine/engine.ts';
import type { Logger } from '../settings/logs.ts';
import type { SettingsStore } from '../settings/settings.ts';
import { createNotifier, type Notifier } from './notifier.ts';
import { createNtfy } from './ntfy.ts';

interface PhoneOptions {
  settings: SettingsStore;
  log: Logger;
}

interface PhoneMessage {
  title: string;
  body: string;
  isUrgent: boolean;
}

/** The owner's phone: ntfy by the current settings, whatever they are at the moment of sending. */
export function createOwnerNotifier({
  engine,
  settings,
  log,
}: PhoneOptions & { engine: Engine }): Notifier {
  return createNotifier({
    engine,
    channel: 'ntfy',
    isEnabled: () =>
      settings.current().ntfy.enabled && settings.secrets().RELAY_NTFY_TOPIC !== undefined,
    reminderMs: () => settings.current().escalation.reminderMinutes * 60_000,
    send: (message) => sendToPhone({ settings, log }, message),
  });
}

/** Sends one message that only shows that messages arrive; a sentence when it did not go out. */
export function createTestNotification(options: PhoneOptions): () => Promise<string | undefined> {
  return () =>
    sendToPhone(options, {
      title: 'Relay',
      body: 'This is a test. What needs you will arrive like this.',
      isUrgent: false,
    });
}

async function sendToPhone(
  { settings, log }: PhoneOptions,
  { title, body, isUrgent }: PhoneMessage,
): Promise<string | undefined> {
  const { RELAY_NTFY_TOPIC: topic, RELAY_NTFY_TOKEN: token } = settings.secrets();
  if (!topic) return 'There is no ntfy topic.';
  const { server, clickUrl } = settings.current().ntfy;
  const ntfy = createNtfy({
    server,
    topic: topic.secret.reveal(),
    log,
    ...(token ? { token: token.secret.reveal() } : {}),
  });
  const result = await ntfy.publish({
    title,
    message: body,
    priority: isUrgent ? 4 : 3,
    tags: ['relay'],
    ...(clickUrl ? { clickUrl } : {}),
  });
  return result.ok ? undefined : result.message;
}
