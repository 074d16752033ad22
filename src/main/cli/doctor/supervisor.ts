import { credentialOf } from '#core/settings/secrets.ts';
import { probeClaudeCode } from '#core/supervisor/claude-code.ts';
import type { SettingPath } from '#shared/settings.ts';
import { type Check, fault, good, note, type Patient } from './check.ts';

const anthropicUrl = 'https://api.anthropic.com';

/** The key and where it goes, as far as it can be known without calling the API from here. */
export async function checkSupervisor(patient: Patient): Promise<Check[]> {
  return [await checkKey(patient), await checkApi(patient), checkNtfy(patient)];
}

async function checkKey(patient: Patient): Promise<Check> {
  const { relay, settings, secrets, home, env } = patient;
  if (relay !== undefined) {
    const probe = await relay.call('supervisor.probe', {});
    if (!probe.ok) return fault('key', `The key could not be tested: ${probe.error.message}`);
    return (probe.value.ok ? good : fault)('key', probe.value.message);
  }
  if (settings.supervisor.provider === 'claude-code') {
    const probe = await probeClaudeCode(env);
    return probe.ok ? good('key', probe.found) : fault('key', probe.fault.message);
  }
  const credential = credentialOf(secrets);
  if (credential === undefined) {
    return fault('key', `There is no API key. Put ANTHROPIC_API_KEY=... into ${home.dotEnv}.`);
  }
  const what = credential.kind === 'api-key' ? 'An API key' : 'A gateway token';
  return note(
    'key',
    `${what} comes from ${originWords[credential.origin]}; it is tested when a relay runs.`,
  );
}

const originWords = {
  environment: 'the environment',
  '.env': '.env',
  keychain: 'the keychain',
} as const;

async function checkApi({ relay, settings, env }: Patient): Promise<Check> {
  const { provider } = settings.supervisor;
  if (((await runningSetting(relay, 'supervisor.provider')) ?? provider) === 'claude-code') {
    // Claude Code has a base URL of its own, from the environment that it is started in.
    const where = env.ANTHROPIC_BASE_URL ? `, and goes to ${env.ANTHROPIC_BASE_URL}` : '';
    return note('api', `Your own Claude Code answers, with its own login${where}; no key is sent.`);
  }
  const running = await runningSetting(relay, 'supervisor.baseUrl');
  const url = running ?? settings.supervisor.baseUrl ?? anthropicUrl;
  const { protocol, hostname } = new URL(url);
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  if (protocol === 'http:' && !isHere) {
    return fault('api', `Your key goes to ${url} unencrypted. Use an https: address.`);
  }
  if (url === anthropicUrl) return good('api', `Your key goes to ${url}.`);
  return note('api', `Your key goes to ${url}, not to Anthropic itself.`);
}

/** The relay may have been started in another environment than this command. */
async function runningSetting(
  relay: Patient['relay'],
  key: SettingPath,
): Promise<string | undefined> {
  const settings = await relay?.call('settings.get', {});
  if (!settings?.ok) return undefined;
  const { value } = settings.value.values.find((found) => found.key === key) ?? {};
  return typeof value === 'string' ? value : undefined;
}

function checkNtfy({ settings, secrets }: Patient): Check {
  if (!settings.ntfy.enabled) return note('phone', 'Notifications by ntfy are off (ntfy.enabled).');
  if (secrets.RELAY_NTFY_TOPIC === undefined) {
    return note('phone', 'There is no ntfy topic yet; the next relay run makes one.');
  }
  return good('phone', `Notifications go to ${settings.ntfy.server}. Subscribe with: relay topic`);
}
