import { replyTopicOf } from '#core/settings/ntfy-topic.ts';
import { openedHomeSettings } from '../home-settings.ts';
import { type CommandContext, exitCode } from '../terminal.ts';
import { asJson } from '../with-relay.ts';

/** Where notifications for the phone go, and how to get them; needs no running relay. */
export async function topic(
  { terminal, home, env }: CommandContext,
  options: { json?: boolean },
): Promise<number> {
  const opened = openedHomeSettings(home, env);
  if (!opened.ok) {
    terminal.complain(opened.message);
    return exitCode.failed;
  }
  const { settings, secrets } = opened;
  const name = secrets.RELAY_NTFY_TOPIC?.secret.reveal();
  if (name === undefined) {
    terminal.complain(
      'There is no usable RELAY_NTFY_TOPIC; take the line out of .env, and Relay makes one.',
    );
    return exitCode.failed;
  }
  const { server, enabled, replies } = settings.ntfy;
  const replyTopic = replies ? replyTopicOf(name) : null;
  const url = `${server.replace(/\/+$/, '')}/${name}`;
  if (options.json) {
    terminal.write(asJson({ topic: name, replyTopic, server, url, enabled }));
    return exitCode.done;
  }
  const isOff = enabled ? '' : '\nNotifications by ntfy are off (ntfy.enabled in config.yaml).\n';
  const toAnswer =
    replyTopic === null
      ? ''
      : `To answer in words, add this topic as well and write to it:\n${replyTopic}\n`;
  terminal.write(
    `${name}\n\nSubscribe on the phone: in the ntfy app, add this topic on ${server}, or open\n${url}\n${toAnswer}` +
      `Whoever knows the topic can read it and answer in your name; keep it to yourself.\n${isOff}`,
  );
  return exitCode.done;
}
