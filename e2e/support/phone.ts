import { newNtfyTopic, replyTopicOf } from '#core/settings/ntfy-topic.ts';
import {
  type NtfyServer,
  startNtfyServer,
} from '../../src/main/core/notify/testing/ntfy-server.ts';

/** The phone of an owner who is out, on an ntfy server on loopback. */
export interface Phone {
  ntfy: NtfyServer;
  topic: string;
  /** What a relay is started with to reach it. */
  env: Record<string, string>;
  /** Presses a button of the notification of an item. */
  tap(itemId: string, label: string): Promise<void>;
  /** Writes to the topic that answers go to. */
  write(text: string): Promise<void>;
}

export async function startPhone(): Promise<Phone> {
  const ntfy = await startNtfyServer();
  const topic = newNtfyTopic();
  return {
    ntfy,
    topic,
    env: {
      RELAY_NTFY_ENABLED: 'true',
      RELAY_NTFY_SERVER: ntfy.url,
      RELAY_NTFY_TOPIC: topic,
    },
    async tap(itemId, label) {
      const { buttons } = await ntfy.waitFor(topic, ({ id }) => id === itemId);
      const button = buttons.find((one) => one.label === label);
      if (!button) throw new Error(`${itemId} has no button "${label}" on the phone.`);
      await ntfy.tap(button);
    },
    write: (text) => ntfy.write(replyTopicOf(topic), text),
  };
}
