import type { Settings } from '#shared/settings.ts';
import type { Supervisor } from './supervisor.ts';

type Provider = Settings['supervisor']['provider'];

/**
 * The supervisor that the settings name at the moment of each call, so that a change takes effect
 * with the next one; a call under way ends with the provider that it began with.
 */
export function createChosenSupervisor(
  chosen: () => Provider,
  providers: Readonly<Record<Provider, Supervisor>>,
): Supervisor {
  const now = () => providers[chosen()];
  return {
    answer: (request, onProgress, signal) => now().answer(request, onProgress, signal),
    countTokens: (model, text, signal) => now().countTokens(model, text, signal),
    probe: (model, signal) => now().probe(model, signal),
  };
}
