import { describe, expect, it } from 'vitest';
import {
  checkSetting,
  type SettingPath,
  Settings,
  settingDefinition,
  settingDefinitions,
  settingValue,
} from './settings.ts';

const defaults = Settings.parse({});

function problem(path: SettingPath, value: unknown): string {
  const check = checkSetting(settingDefinition(path), value);
  return check.ok ? '' : check.problem;
}

describe('the settings', () => {
  it('have the defaults that the owner was promised', () => {
    expect(defaults.supervisor).toMatchObject({ provider: 'anthropic', effort: null });
    expect(defaults.budget).toEqual({ perDayUsd: 10, perSessionUsd: 5 });
    expect(defaults.conversation.budgetTokens).toBe(190_000);
    expect(defaults.autonomy).toBe('auto');
    expect(defaults.claudeCode.resume).toBe(false);
  });

  it('are each listed once, described in one line, with a default that passes its own check', () => {
    const paths = settingDefinitions.map((definition) => definition.path);
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths).toContain('guards.pingPongRepeats');
    for (const definition of settingDefinitions) {
      expect(definition.description).toMatch(/^[A-Z][^\n]{15,100}\.$/);
      expect(checkSetting(definition, definition.defaultValue)).toEqual({
        ok: true,
        value: definition.defaultValue,
      });
      expect(settingValue(defaults, definition.path)).toEqual(definition.defaultValue);
    }
  });

  it('have a variable each, named after the path', () => {
    expect(settingDefinition('supervisor.summaryModel').variable).toBe(
      'RELAY_SUPERVISOR_SUMMARY_MODEL',
    );
    expect(settingDefinition('ntfy.server').variable).toBe('RELAY_NTFY_SERVER');
    expect(settingDefinition('autonomy').variable).toBe('RELAY_AUTONOMY');
    const variables = settingDefinitions.flatMap(({ variable }) => variable ?? []);
    expect(new Set(variables).size).toBe(variables.length);
  });
});

describe('a value that cannot be used', () => {
  it('is told with its name, what it is and what is allowed', () => {
    expect(problem('autonomy', 'on')).toBe('autonomy is "on"; it must be one of off, draft, auto.');
    expect(problem('budget.perDayUsd', '10')).toBe(
      'budget.perDayUsd is "10"; it must be a number of at least 0, or null.',
    );
    expect(problem('supervisor.maxTokens', 1000.5)).toContain('a whole number of at least 256');
    expect(problem('supervisor.model', null)).toBe(
      'supervisor.model is null; it must be text that is not empty.',
    );
    expect(problem('ntfy.server', 'ftp://example.org')).toContain('https:// or http://');
    expect(problem('ntfy.enabled', undefined)).toContain('is nothing; it must be true or false');
    expect(problem('supervisor.provider', 'x'.repeat(500)).length).toBeLessThan(150);
  });

  it('is not what null is where null is allowed', () => {
    for (const path of ['budget.perDayUsd', 'supervisor.effort', 'guards.pingPongRepeats'] as const)
      expect(problem(path, null)).toBe('');
  });
});
