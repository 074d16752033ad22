import type { Settings } from '#shared/settings.ts';
import type { CallSettings } from './conversation/call-settings.ts';
import { defaultLimits } from './conversation/limits.ts';
import type { Policy } from './engine/decide/decision.ts';
import type { Engine } from './engine/engine.ts';
import { credentialOf } from './settings/secrets.ts';
import type { SettingsStore } from './settings/settings.ts';

/** The settings as decisions want them: milliseconds, flat. */
export function policyOf(settings: Settings): Policy {
  const { conversation, autonomy, escalation, budget, guards, faults, claudeCode } = settings;
  return {
    conversationScope: conversation.scope,
    autonomy,
    holdAll: escalation.hold === 'all',
    budgetPerDayUsd: budget.perDayUsd,
    budgetPerSessionUsd: budget.perSessionUsd,
    exchangesWithoutOwner: guards.exchangesWithoutOwner,
    pingPongRepeats: guards.pingPongRepeats,
    firstWaitMs: faults.firstWaitSeconds * 1000,
    longestWaitMs: faults.longestWaitSeconds * 1000,
    tellOwnerAfterMs: faults.tellOwnerAfterSeconds * 1000,
    recheckMs: faults.recheckSeconds * 1000,
    asksPermissions: claudeCode.permissions,
  };
}

/** The settings as a call wants them. */
export function callSettingsOf(settings: SettingsStore): CallSettings {
  const { supervisor, conversation, escalation } = settings.current();
  const { provider, model, summaryModel, maxTokens, effort, cacheTtl } = supervisor;
  const { budgetTokens, capCharacters, verbatimTurns } = conversation;
  return {
    ...{ provider, model, summaryModel, maxTokens, effort, cacheTtl },
    limits: { ...defaultLimits, budgetTokens, maxCharacters: capCharacters, verbatimTurns },
    holdAll: escalation.hold === 'all',
    instructions: settings.instructions(),
  };
}

/** Counting is free, but it is a call all the same: none while paused, blocked or without a key. */
export function mayCountTokens({ state }: Pick<Engine, 'state'>, settings: SettingsStore): boolean {
  if (settings.current().supervisor.provider !== 'anthropic') return false;
  return !state.paused && !state.block && credentialOf(settings.secrets()) !== undefined;
}
