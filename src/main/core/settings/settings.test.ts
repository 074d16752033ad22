import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Home } from './home.ts';
import { type SettingsChange, type SettingsStore, watchSettings } from './settings.ts';
import { temporaryHome } from './testing/temporary-home.ts';

function open(home: Home, environment: Record<string, string> = {}): SettingsStore {
  const store = watchSettings(home, environment);
  onTestFinished(() => store.close());
  return store;
}

/** The next change the store tells of; fails with the test's own deadline. */
function nextChange(store: SettingsStore): Promise<SettingsChange> {
  return new Promise((resolve) => {
    const stop = store.onChange((change) => {
      stop();
      resolve(change);
    });
  });
}

function replaceText(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${path} does not hold ${from}`);
  writeFileSync(path, text.replace(from, to));
}

describe('edits while a relay runs', () => {
  it('are taken up, and told by name', async () => {
    const home = temporaryHome();
    const store = open(home);
    expect(store.problems()).toEqual([]);
    const change = nextChange(store);
    replaceText(home.config, 'perDayUsd: 10', 'perDayUsd: 2');
    expect(await change).toEqual({
      settings: ['budget.perDayUsd'],
      secrets: [],
      instructions: false,
      problems: false,
    });
    expect(store.current().budget.perDayUsd).toBe(2);
  });

  it('are taken up again and again from an editor that renames', async () => {
    const home = temporaryHome();
    const store = open(home);
    for (const level of ['debug', 'warn', 'error', 'info'] as const) {
      const change = nextChange(store);
      const temporary = join(home.root, '.config.yaml.swp');
      writeFileSync(temporary, `logs:\n  level: ${level}\nautonomy: draft\n`);
      renameSync(temporary, home.config);
      expect((await change).settings).toContain('logs.level');
      expect(store.current().logs.level).toBe(level);
    }
  });

  it('of supervisor.md and .env count too', async () => {
    const home = temporaryHome();
    const store = open(home);
    const brief = nextChange(store);
    writeFileSync(home.instructions, 'Be brief.\n');
    expect(await brief).toMatchObject({ instructions: true, settings: [] });
    expect(store.instructions()).toBe('Be brief.\n');

    const key = nextChange(store);
    replaceText(home.dotEnv, '# ANTHROPIC_API_KEY=', 'ANTHROPIC_API_KEY=sk-ant-1');
    expect(await key).toMatchObject({ secrets: ['ANTHROPIC_API_KEY'] });
    expect(store.secrets().ANTHROPIC_API_KEY?.secret.reveal()).toBe('sk-ant-1');

    const gone = nextChange(store);
    rmSync(home.dotEnv);
    expect((await gone).secrets).toEqual(['ANTHROPIC_API_KEY', 'RELAY_NTFY_TOPIC']);
    expect(store.secrets()).toEqual({});
  });

  it('that cannot be used are told and change nothing, until they are mended', async () => {
    const home = temporaryHome();
    const store = open(home);
    store.set('budget.perDayUsd', 3);

    const broken = nextChange(store);
    writeFileSync(home.config, 'budget: {perDayUsd: 7\nautonomy: "off');
    expect(await broken).toMatchObject({ problems: true, settings: [] });
    expect(store.problems()[0]).toMatch(/^config\.yaml cannot be read/);
    expect(store.current().budget.perDayUsd).toBe(3);
    expect(store.set('budget.perDayUsd', 4)).toMatchObject({ error: { code: 'conflict' } });

    const missing = nextChange(store);
    rmSync(home.config);
    await missing;
    expect(store.problems()).toEqual(['config.yaml is missing. The settings read last go on.']);
    expect(store.current().budget.perDayUsd).toBe(3);

    const mended = nextChange(store);
    writeFileSync(home.config, 'budget:\n  perDayUsd: 8\n');
    expect(await mended).toMatchObject({ problems: true, settings: ['budget.perDayUsd'] });
    expect(store.problems()).toEqual([]);
  });

  it('that empty supervisor.md leave the last instructions', async () => {
    const home = temporaryHome();
    const store = open(home);
    const before = store.instructions();
    const emptied = nextChange(store);
    writeFileSync(home.instructions, ' \n');
    expect(await emptied).toMatchObject({ problems: true, instructions: false });
    expect(store.instructions()).toBe(before);
  });

  it('are kept from nobody by a listener that left', () => {
    const store = open(temporaryHome());
    const seen: string[] = [];
    const stop = store.onChange(() => seen.push('first'));
    store.onChange(() => seen.push('second'));
    store.set('autonomy', 'draft');
    stop();
    store.set('autonomy', 'off');
    expect(seen).toEqual(['first', 'second', 'second']);
  });
});

describe('setting a value', () => {
  it('changes one line of config.yaml and is in force at once', () => {
    const home = temporaryHome();
    const store = open(home);
    const before = readFileSync(home.config, 'utf8');
    expect(store.set('supervisor.model', 'claude-opus-5-5')).toEqual({ ok: true });
    expect(store.current().supervisor.model).toBe('claude-opus-5-5');
    expect(store.origin('supervisor.model')).toBe('config.yaml');
    expect(readFileSync(home.config, 'utf8')).toBe(
      before.replace('model: claude-sonnet-5-5', 'model: claude-opus-5-5'),
    );
    expect(statSync(home.config).mode & 0o777).toBe(0o600);
  });

  it('keeps a config.yaml that is a link', () => {
    const home = temporaryHome();
    const target = join(dirname(home.root), 'dotfiles.yaml');
    writeFileSync(target, 'autonomy: draft # mine\n', { mode: 0o644 });
    chmodSync(target, 0o644);
    rmSync(home.config);
    symlinkSync(target, home.config);
    const store = open(home);
    expect(store.set('autonomy', 'off')).toEqual({ ok: true });
    expect(readFileSync(target, 'utf8')).toBe('autonomy: off # mine\n');
    expect(statSync(target).mode & 0o777).toBe(0o644);
  });

  it('says why it cannot', () => {
    const home = temporaryHome();
    const store = open(home, { RELAY_AUTONOMY: 'draft' });
    expect(store.set('autonomy', 'off')).toEqual({
      ok: false,
      error: {
        code: 'conflict',
        message: 'autonomy is set in the environment, which wins. Change it there.',
      },
    });
    expect(store.set('budget.perDayUsd', -1)).toMatchObject({ error: { code: 'bad-input' } });
    expect(store.set('budget', 1)).toMatchObject({ error: { code: 'not-found' } });
    rmSync(home.root, { recursive: true });
    expect(store.set('budget.perDayUsd', 1)).toMatchObject({ error: { code: 'failed' } });
    expect(store.current().budget.perDayUsd).toBe(10);
  });

  it('cannot be got round', () => {
    const current = open(temporaryHome()).current();
    expect(() => Object.assign(current.budget, { perDayUsd: 1000 })).toThrow(TypeError);
  });
});

describe('setting a secret', () => {
  it('writes .env for the owner alone and keeps the topic', () => {
    const home = temporaryHome();
    const store = open(home);
    const topic = store.secrets().RELAY_NTFY_TOPIC?.secret.reveal();
    expect(store.setSecret('ANTHROPIC_API_KEY', ' sk-ant-2\n')).toEqual({ ok: true });
    expect(store.secrets().ANTHROPIC_API_KEY?.secret.reveal()).toBe('sk-ant-2');
    expect(readFileSync(home.dotEnv, 'utf8')).toContain('\nANTHROPIC_API_KEY=sk-ant-2\n');
    expect(statSync(home.dotEnv).mode & 0o777).toBe(0o600);
    expect(store.secrets().RELAY_NTFY_TOPIC?.secret.reveal()).toBe(topic);
    store.setSecret('ANTHROPIC_API_KEY', null);
    expect(store.secrets().ANTHROPIC_API_KEY).toBeUndefined();
  });

  it('says why it cannot, and does not show the value', () => {
    const store = open(temporaryHome(), { ANTHROPIC_API_KEY: 'sk-ant-env' });
    expect(store.setSecret('ANTHROPIC_API_KEY', 'sk-ant-3')).toMatchObject({
      error: { code: 'conflict' },
    });
    const refused = store.setSecret('ANTHROPIC_AUTH_TOKEN', 'sk-ant-4 and more');
    expect(refused).toMatchObject({ error: { code: 'bad-input' } });
    expect(JSON.stringify(refused)).not.toContain('sk-ant-4');
    expect(store.secrets().ANTHROPIC_API_KEY?.secret.reveal()).toBe('sk-ant-env');
  });
});

describe('found by fuzzing', () => {
  it('a value nested too deeply is refused, and the file is as it was', () => {
    const home = temporaryHome();
    const store = open(home);
    const before = readFileSync(home.config, 'utf8');
    let deep: unknown = 1;
    for (let level = 0; level < 20_000; level += 1) deep = [deep];
    expect(store.set('prices', { model: deep })).toMatchObject({ error: { code: 'bad-input' } });
    expect(readFileSync(home.config, 'utf8')).toBe(before);
  });

  it('a pipe in the place of a file is not waited for', () => {
    const home = temporaryHome();
    for (const file of [home.config, home.dotEnv, home.instructions]) {
      rmSync(file);
      execFileSync('mkfifo', [file]);
    }
    const problems = open(home).problems().join('\n');
    for (const name of ['config.yaml', '.env', 'supervisor.md']) {
      expect(problems).toContain(`${name} is not a regular file.`);
    }
  });
});
