import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { credentialOf, readSecrets, Secret } from './secrets.ts';

describe('a secret', () => {
  it('leaves only when asked for', () => {
    const secret = new Secret('sk-ant-1');
    const seen = [
      JSON.stringify({ secret }),
      `${secret}`,
      String(secret),
      inspect({ secret }, { showHidden: true }),
      JSON.stringify(Object.entries(secret)),
      JSON.stringify({ ...secret }),
    ];
    expect(seen.join('\n')).not.toContain('sk-ant-1');
    expect(seen[0]).toBe('{"secret":"[secret]"}');
    expect(secret.reveal()).toBe('sk-ant-1');
  });
});

describe('reading secrets', () => {
  it('takes the environment before .env, and a blank one for none', () => {
    const { secrets, problems } = readSecrets(
      { ANTHROPIC_API_KEY: '  ', RELAY_NTFY_TOPIC: 'env' },
      { ANTHROPIC_API_KEY: ' sk-1 ', RELAY_NTFY_TOPIC: 'file', ANTHROPIC_AUTH_TOKEN: '' },
    );
    expect(problems).toEqual([]);
    expect(secrets.ANTHROPIC_API_KEY).toMatchObject({ origin: '.env' });
    expect(secrets.ANTHROPIC_API_KEY?.secret.reveal()).toBe('sk-1');
    expect(secrets.RELAY_NTFY_TOPIC?.secret.reveal()).toBe('env');
    expect(secrets.ANTHROPIC_AUTH_TOKEN).toBeUndefined();
  });

  it('tells of what cannot be one without showing it', () => {
    const { secrets, problems } = readSecrets(
      { ANTHROPIC_API_KEY: 'sk-1\nsk-2' },
      { ANTHROPIC_AUTH_TOKEN: '“sk-3”', RELAY_NTFY_TOPIC: 'my topic' },
    );
    expect(secrets).toEqual({});
    expect(problems).toHaveLength(3);
    expect(problems.join()).not.toMatch(/sk-|my topic/);
    expect(problems[0]).toMatch(/^environment: ANTHROPIC_API_KEY holds blanks/);
  });
});

describe('the credential', () => {
  const key = { ANTHROPIC_API_KEY: 'k' };
  const token = { ANTHROPIC_AUTH_TOKEN: 't' };

  it('is the key before the token, but the environment before .env', () => {
    const of = (environment: object, dotEnv: object) =>
      credentialOf(readSecrets({ ...environment }, { ...dotEnv }).secrets)?.kind;
    expect(of({}, {})).toBeUndefined();
    expect(of({}, { ...key, ...token })).toBe('api-key');
    expect(of(token, key)).toBe('auth-token');
    expect(of({ ...key, ...token }, {})).toBe('api-key');
  });
});
