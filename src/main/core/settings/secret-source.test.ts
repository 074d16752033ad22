import { expect, test } from 'vitest';
import { readSecretsLine, writeSecretsLine } from './secret-source.ts';

test('what is written is read again, names that are not known left out', () => {
  const secrets = { ANTHROPIC_API_KEY: 'sk-1', RELAY_NTFY_TOPIC: 't' };
  expect(readSecretsLine(writeSecretsLine(secrets))).toEqual(secrets);
  const line = JSON.stringify({ secrets: { ...secrets, HOME: '/x', ANTHROPIC_AUTH_TOKEN: 7 } });
  expect(readSecretsLine(line)).toEqual(secrets);
});

test.each(['', 'x', 'null', '{}', '{"secrets":null}', '{"secrets":"ab"}', '{"secrets":7}'])(
  '%s is no such line',
  (line) => expect(readSecretsLine(line)).toBeUndefined(),
);
