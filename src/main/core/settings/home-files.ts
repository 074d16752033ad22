import { readFileSync, statSync } from 'node:fs';
import { readConfigText } from './config-file.ts';
import { readDotEnv } from './dot-env.ts';
import type { Home } from './home.ts';
import { systemCode } from './whole-file.ts';

/** What the three files that an owner edits say. */
export interface HomeFiles {
  config: unknown;
  dotEnv: Record<string, string>;
  /** The supervisor's standing instructions. */
  instructions: string;
  /** Sentences for the owner about files that cannot be read. */
  problems: string[];
}

/**
 * Reads config.yaml, .env and supervisor.md. What cannot be read is told and stays as it was last
 * read; only a missing .env means what it says: no secrets.
 */
export function readHomeFiles(home: Home, last: HomeFiles | undefined): HomeFiles {
  const problems: string[] = [];
  return {
    config: readConfig(home, problems) ?? last?.config ?? {},
    dotEnv: readVariables(home, problems) ?? last?.dotEnv ?? {},
    instructions: readInstructions(home, problems) ?? last?.instructions ?? '',
    problems,
  };
}

function readConfig(home: Home, problems: string[]): unknown {
  const file = readText(home.config);
  if (!file.ok) {
    problems.push(`config.yaml ${file.reason}. The settings read last go on.`);
    return undefined;
  }
  const parsed = readConfigText(file.text);
  if (parsed.ok) return parsed.tree;
  problems.push(`${parsed.problem} Mend it; until then the settings read last go on.`);
  return undefined;
}

function readVariables(home: Home, problems: string[]): Record<string, string> | undefined {
  const file = readText(home.dotEnv);
  if (file.ok) return readDotEnv(file.text);
  if (file.isMissing) return {};
  problems.push(`.env ${file.reason}. The keys read last go on.`);
  return undefined;
}

function readInstructions(home: Home, problems: string[]): string | undefined {
  const file = readText(home.instructions);
  if (file.ok && file.text.trim() !== '') return file.text;
  const reason = file.ok ? 'is empty' : file.reason;
  problems.push(`supervisor.md ${reason}. The instructions read last go on.`);
  return undefined;
}

type Text = { ok: true; text: string } | { ok: false; isMissing: boolean; reason: string };

function readText(path: string): Text {
  try {
    // Of a pipe the end would be waited for for ever, and of a device it never comes.
    if (!statSync(path).isFile()) {
      return { ok: false, isMissing: false, reason: 'is not a regular file' };
    }
    return { ok: true, text: readFileSync(path, 'utf8') };
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    const isMissing = code === 'ENOENT';
    return { ok: false, isMissing, reason: isMissing ? 'is missing' : `cannot be read (${code})` };
  }
}
