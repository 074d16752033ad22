import { inspect } from 'node:util';

const mask = '[secret]';

/**
 * A secret that cannot leave by accident: JSON, a template string, `console.log` and a log line show
 * `[secret]`. Whoever needs the value says so with `reveal()`.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  equals(other: Secret | undefined): boolean {
    return other !== undefined && this.#value === other.#value;
  }

  toJSON(): string {
    return mask;
  }

  toString(): string {
    return mask;
  }

  [inspect.custom](): string {
    return mask;
  }
}

export const secretNames = [
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'RELAY_NTFY_TOPIC',
  'RELAY_NTFY_TOKEN',
] as const;
export type SecretName = (typeof secretNames)[number];

export type SecretOrigin = 'environment' | '.env' | 'keychain';

export interface HeldSecret {
  secret: Secret;
  origin: SecretOrigin;
}

/** The secrets there are; a blank one is absent. */
export type Secrets = Readonly<Partial<Record<SecretName, HeldSecret>>>;

/** What the supervisor is called with. */
export interface Credential {
  kind: 'api-key' | 'auth-token';
  secret: Secret;
  origin: SecretOrigin;
}

/**
 * The credential for the API: from the environment before `.env` before the keychain, and there the
 * key before the token.
 * So a gateway's token in the environment is not overridden by a key that lies in the home.
 */
export function credentialOf(secrets: Secrets): Credential | undefined {
  const candidates = (['environment', '.env', 'keychain'] as const).flatMap((origin) => [
    credential('api-key', origin, secrets.ANTHROPIC_API_KEY),
    credential('auth-token', origin, secrets.ANTHROPIC_AUTH_TOKEN),
  ]);
  return candidates.find((one) => one !== undefined);
}

function credential(
  kind: Credential['kind'],
  origin: SecretOrigin,
  held: HeldSecret | undefined,
): Credential | undefined {
  return held?.origin === origin ? { kind, ...held } : undefined;
}

/**
 * Whether a value can be that secret: one that cannot be sent as a header is not a key but a slip
 * (two lines pasted, a typographic quote). The sentence never shows the value.
 */
export function secretProblem(name: SecretName, value: string): string | undefined {
  if (name === 'RELAY_NTFY_TOPIC') {
    if (/^[-_A-Za-z0-9]{1,64}$/.test(value)) return undefined;
    return `${name} is not a topic; it must be 1 to 64 letters, digits, - or _.`;
  }
  if (/^[\x21-\x7e]+$/.test(value)) return undefined;
  return `${name} holds blanks or characters that no key has; paste it again, in one piece.`;
}

/** Reads the secrets of all places. What cannot be one is left out and told. */
export function readSecrets(
  environment: Readonly<Record<string, string | undefined>>,
  dotEnv: Readonly<Record<string, string | undefined>>,
  keychain: Readonly<Record<string, string | undefined>> = {},
): { secrets: Secrets; problems: string[] } {
  const secrets: Partial<Record<SecretName, HeldSecret>> = {};
  const problems: string[] = [];
  for (const name of secretNames) {
    for (const [origin, variables] of [
      ['environment', environment],
      ['.env', dotEnv],
      ['keychain', keychain],
    ] as const) {
      const value = variables[name]?.trim();
      if (!value || secrets[name] !== undefined) continue;
      const problem = secretProblem(name, value);
      if (problem === undefined) secrets[name] = { secret: new Secret(value), origin };
      else problems.push(`${origin}: ${problem}`);
    }
  }
  return { secrets, problems };
}
