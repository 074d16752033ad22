import { readFileSync } from 'node:fs';
import { checkSetting, type SettingPath, settingDefinitions } from '#shared/settings.ts';
import { defaultConfigText, withSetting } from './config-file.ts';
import { withVariable } from './dot-env.ts';
import type { Home } from './home.ts';
import type { SettingOrigin } from './layers.ts';
import { type SecretName, type SecretOrigin, secretProblem } from './secrets.ts';
import { replaceFile, systemCode } from './whole-file.ts';

export type EditResult =
  | { ok: true }
  | {
      ok: false;
      error: {
        code: 'not-found' | 'bad-input' | 'conflict' | 'failed';
        /** For the owner: the fact, then what to do. */
        message: string;
      };
    };

/** Writes one setting to config.yaml, comments and order kept. */
export function editSetting(
  home: Home,
  path: string,
  value: unknown,
  originOf: (path: SettingPath) => SettingOrigin,
): EditResult {
  const definition = settingDefinitions.find((one) => one.path === path);
  if (definition === undefined) return failure('not-found', `There is no setting ${path}.`);
  const check = checkSetting(definition, value);
  if (!check.ok) return failure('bad-input', check.problem);
  const origin = originOf(definition.path);
  if (origin === 'environment' || origin === '.env') return overridden(path, origin);
  return editFile(home.config, defaultConfigText(), undefined, (text) =>
    withSetting(text, definition.path, check.value),
  );
}

/** Writes one secret to .env, other lines kept; null takes it out. */
export function editSecret(
  home: Home,
  name: SecretName,
  value: string | null,
  origin: SecretOrigin | undefined,
): EditResult {
  const trimmed = value?.trim() || null;
  const problem = trimmed === null ? undefined : secretProblem(name, trimmed);
  if (problem !== undefined) return failure('bad-input', problem);
  if (origin === 'environment') return overridden(name, origin);
  return editFile(home.dotEnv, '', 0o600, (text) => withVariable(text, name, trimmed));
}

/** Writes supervisor.md. */
export function editInstructions(home: Home, text: string): EditResult {
  if (text.trim() === '') return failure('bad-input', 'The instructions must not be empty.');
  return editFile(home.instructions, '', undefined, () => text);
}

function editFile(
  path: string,
  textWhereMissing: string,
  mode: number | undefined,
  edit: (text: string) => string | undefined,
): EditResult {
  try {
    const text = edit(readOr(path, textWhereMissing));
    if (text === undefined) {
      return failure('conflict', `${path} cannot be changed without harm. Edit it by hand.`);
    }
    replaceFile(path, text, mode);
    return { ok: true };
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    return failure('failed', `${path} cannot be written (${code}). Nothing was changed.`);
  }
}

function readOr(path: string, textWhereMissing: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return textWhereMissing;
    throw error;
  }
}

function overridden(name: string, origin: SecretOrigin): EditResult {
  const place = origin === 'environment' ? 'the environment' : '.env';
  return failure('conflict', `${name} is set in ${place}, which wins. Change it there.`);
}

type EditError = Extract<EditResult, { ok: false }>['error'];

function failure(code: EditError['code'], message: string): EditResult {
  return { ok: false, error: { code, message } };
}
