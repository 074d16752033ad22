import { describe, expect, it } from 'vitest';
import { Settings } from '#shared/settings.ts';
import { resolveSettings, type SettingLayers } from './layers.ts';

function layers(given: Partial<SettingLayers>): SettingLayers {
  return { environment: {}, dotEnv: {}, config: {}, ...given };
}

function resolve(given: Partial<SettingLayers>) {
  return resolveSettings(layers(given), undefined);
}

describe('where a value comes from', () => {
  it('is the default where nobody says anything', () => {
    const { settings, origins, problems } = resolve({});
    expect(settings).toEqual(Settings.parse({}));
    expect(new Set(origins.values())).toEqual(new Set(['default']));
    expect(problems).toEqual([]);
  });

  it('is the environment before .env before config.yaml', () => {
    const config = { supervisor: { model: 'c', maxTokens: 500 }, autonomy: 'draft' };
    const dotEnv = { RELAY_SUPERVISOR_MODEL: 'd', RELAY_AUTONOMY: 'off' };
    const environment = { RELAY_SUPERVISOR_MODEL: 'e', RELAY_AUTONOMY: '  ' };
    const { settings, origins } = resolve({ config, dotEnv, environment });
    expect(settings.supervisor).toMatchObject({ model: 'e', maxTokens: 500 });
    expect(settings.autonomy).toBe('off');
    expect(origins.get('supervisor.model')).toBe('environment');
    expect(origins.get('autonomy')).toBe('.env');
    expect(origins.get('supervisor.maxTokens')).toBe('config.yaml');
    expect(origins.get('supervisor.effort')).toBe('default');
  });

  it('is ANTHROPIC_BASE_URL too, below the variable of Relay’s own', () => {
    const environment = { ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' };
    expect(resolve({ environment }).settings.supervisor.baseUrl).toBe('http://127.0.0.1:9');
    const both = { ...environment, RELAY_SUPERVISOR_BASE_URL: 'https://gateway.example' };
    expect(resolve({ environment: both }).settings.supervisor.baseUrl).toBe(
      'https://gateway.example',
    );
  });

  it('reads text as what the setting takes', () => {
    const { settings, problems } = resolve({
      environment: {
        RELAY_BUDGET_PER_DAY_USD: '2.5',
        RELAY_BUDGET_PER_SESSION_USD: 'null',
        RELAY_NTFY_ENABLED: 'False',
        RELAY_CLAUDE_CODE_RESUME: '1',
        RELAY_SUPERVISOR_MODEL: '5',
      },
    });
    expect(problems).toEqual([]);
    expect(settings.budget).toEqual({ perDayUsd: 2.5, perSessionUsd: null });
    expect(settings.ntfy.enabled).toBe(false);
    expect(settings.claudeCode.resume).toBe(true);
    expect(settings.supervisor.model).toBe('5');
  });
});

describe('a value that cannot be used', () => {
  it('is told, and the rest applies', () => {
    const { settings, problems } = resolve({
      config: { budget: { perDayUsd: 'ten', perSessionUsd: 1 }, autonomy: 'yes' },
    });
    expect(settings.budget).toEqual({ perDayUsd: 10, perSessionUsd: 1 });
    expect(problems).toEqual([
      'config.yaml: autonomy is "yes"; it must be one of off, draft, auto.',
      'config.yaml: budget.perDayUsd is "ten"; it must be a number of at least 0, or null.',
    ]);
  });

  it('leaves the last good one from the same place, for as long as it is wrong', () => {
    const good = resolve({ config: { budget: { perDayUsd: 3 } } });
    const bad = resolveSettings(layers({ config: { budget: { perDayUsd: 'x' } } }), good);
    const stillBad = resolveSettings(layers({ config: { budget: { perDayUsd: 'y' } } }), bad);
    expect(stillBad.settings.budget.perDayUsd).toBe(3);
    expect(stillBad.origins.get('budget.perDayUsd')).toBe('config.yaml');
    const gone = resolveSettings(layers({}), stillBad);
    expect(gone.settings.budget.perDayUsd).toBe(10);
  });

  it('lets the next place speak where it was never good', () => {
    const { settings, origins, problems } = resolve({
      environment: { RELAY_LOGS_LEVEL: 'loud' },
      config: { logs: { level: 'debug' } },
    });
    expect(settings.logs.level).toBe('debug');
    expect(origins.get('logs.level')).toBe('config.yaml');
    expect(problems).toEqual([
      'environment: RELAY_LOGS_LEVEL: logs.level is "loud"; it must be one of debug, info, warn, error.',
    ]);
  });

  it('is a whole section, or a whole file, of the wrong kind', () => {
    expect(resolve({ config: { budget: 5 } }).problems).toEqual([
      'config.yaml: budget is one value; it must be a group of "key: value" lines.',
    ]);
    expect(resolve({ config: ['a'] }).problems).toHaveLength(1);
    expect(resolve({ config: { budget: null } }).problems).toEqual([]);
    expect(resolve({ config: 'text' }).settings).toEqual(Settings.parse({}));
  });
});

describe('an unknown key', () => {
  function told(config: unknown): string {
    return resolve({ config }).problems.join('\n');
  }

  it('is told with the name that was meant', () => {
    expect(told({ supervisor: { modell: 'x' } })).toBe(
      'config.yaml: supervisor.modell is not a setting, so it changes nothing. Did you mean supervisor.model?',
    );
    expect(told({ budgets: {} })).toContain('Did you mean budget?');
    expect(told({ supervisor: { maxtoken: 1 } })).toContain('Did you mean supervisor.maxTokens?');
    expect(told({ perDayUsd: 3 })).toContain('Did you mean budget.perDayUsd?');
    expect(told({ weather: 'fine' })).toBe(
      'config.yaml: weather is not a setting, so it changes nothing.',
    );
  });

  it('that looks like a secret is sent to .env, and its value is not repeated', () => {
    const sentence = told({ supervisor: { apiKey: 'sk-ant-1234' } });
    expect(sentence).toContain('belong in .env: ANTHROPIC_API_KEY');
    expect(sentence).not.toContain('sk-ant');
  });

  it('is told in .env only where it carries Relay’s name', () => {
    const dotEnv = { RELAY_SUPERVISOR_MODLE: 'x', DATABASE_URL: 'y' };
    expect(resolve({ dotEnv }).problems).toEqual([
      '.env: RELAY_SUPERVISOR_MODLE is not a setting, so it changes nothing. Did you mean RELAY_SUPERVISOR_MODEL?',
    ]);
  });
});

describe('found by fuzzing config.yaml and .env', () => {
  it('a value that holds itself is told, and changes nothing', () => {
    const round: Record<string, unknown> = {};
    round.x = round;
    const { settings, problems } = resolve({ config: { autonomy: round, prices: round } });
    expect(settings).toEqual(Settings.parse({}));
    expect(problems).toHaveLength(2);
    for (const problem of problems) expect(problem).toContain('holds itself');
  });

  it('names of any characters and length are shown in one short line', () => {
    const odd = `a\nb\u202e${'\0'.repeat(100_000)}`;
    const { problems } = resolve({
      config: { [odd]: 1, supervisor: { [odd]: 1 }, autonomy: '\u2028\u202e' },
      dotEnv: { [`RELAY_${odd}`]: 'x' },
    });
    expect(problems).toHaveLength(4);
    for (const problem of problems) expect(problem).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]{8,400}$/u);
  });
});
