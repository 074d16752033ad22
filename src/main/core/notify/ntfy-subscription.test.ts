import { expect, it } from 'vitest';
import { describeSubscription } from './ntfy-subscription.ts';

it('says where a topic is read, and that it is a secret', () => {
  const { webUrl, appUrl, text } = describeSubscription('https://ntfy.sh/', 'relay-abc');
  expect(webUrl).toBe('https://ntfy.sh/relay-abc');
  expect(appUrl).toBe('ntfy://ntfy.sh/relay-abc');
  expect(text).toContain('relay-abc');
  expect(text).toContain('curl -s https://ntfy.sh/relay-abc/json');
  expect(text).toContain('keep it to yourself');
  expect(text).not.toContain('another server');
});

it('says so for a server of one’s own', () => {
  const { appUrl, text } = describeSubscription('http://127.0.0.1:8080', 't');
  expect(appUrl).toBe('ntfy://127.0.0.1:8080/t?secure=false');
  expect(text).toContain('"use another server"');
});
