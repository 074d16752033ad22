import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  applyPlan,
  type ConnectScope,
  connections,
  type Plan,
  planConnect,
  planDisconnect,
} from './connect.ts';
import type { Outcome } from './outcome.ts';

let folder: string;
let home: string;
let claudeHome: string;
let user: ConnectScope;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-connect-'));
  home = join(folder, '.relay');
  claudeHome = join(folder, '.claude');
  user = { kind: 'user', claudeHome };
  file = join(claudeHome, 'settings.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function granted<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.problem.message);
  return outcome.value;
}

function connect(scope: ConnectScope = user): Plan {
  const plan = granted(planConnect({ home, scope }));
  granted(applyPlan(plan));
  return plan;
}

function disconnect(from: string = file): Plan {
  const plan = granted(planDisconnect({ home, file: from }));
  granted(applyPlan(plan));
  return plan;
}

const where = () => connections(home, { CLAUDE_CONFIG_DIR: claudeHome });

describe('connect', () => {
  it('shows the change and makes it only when applied', () => {
    const plan = granted(planConnect({ home, scope: user }));
    expect(plan.diff).toContain('--- /dev/null');
    expect(plan.diff).toContain(`+            "command": "${home}/hooks/stop.sh"`);
    expect(existsSync(file)).toBe(false);
    granted(applyPlan(plan));
    expect(readFileSync(file, 'utf8')).toBe(plan.after);
    expect(where()).toEqual([{ file, kind: 'user', present: 'all' }]);
  });

  it('has nothing to change the second time', () => {
    connect();
    expect(connect().diff).toBe('');
    disconnect();
    expect(existsSync(file)).toBe(false);
  });

  it('refuses a file with a syntax error and touches nothing', () => {
    mkdirSync(claudeHome);
    writeFileSync(file, '{ "model": "opus", }');
    const refused = planConnect({ home, scope: user });
    expect(refused).toMatchObject({ ok: false, problem: { code: 'settings-malformed' } });
    expect(readFileSync(file, 'utf8')).toBe('{ "model": "opus", }');
  });

  it('refuses when the file changed after the plan was shown', () => {
    const plan = granted(planConnect({ home, scope: user }));
    mkdirSync(claudeHome);
    writeFileSync(file, '{}');
    expect(applyPlan(plan)).toMatchObject({ ok: false, problem: { code: 'settings-changed' } });
    expect(readFileSync(file, 'utf8')).toBe('{}');
    expect(where()).toEqual([]);
  });

  it('keeps the mode and writes through a link', () => {
    const real = join(folder, 'dotfiles.json');
    mkdirSync(claudeHome);
    writeFileSync(real, '{"model":"opus"}');
    chmodSync(real, 0o640);
    symlinkSync(real, file);
    connect();
    expect(statSync(real).mode & 0o777).toBe(0o640);
    expect(readFileSync(real, 'utf8')).toContain('stop.sh');
    disconnect();
    expect(readFileSync(real, 'utf8')).toBe('{"model":"opus"}');
    expect(readdirSync(claudeHome)).toEqual(['settings.json']);
  });

  it('writes to the project and says when Claude Code reads it', () => {
    const dir = join(folder, 'project');
    mkdirSync(dir);
    const plan = connect({ kind: 'project', dir });
    expect(plan.file).toBe(join(dir, '.claude', 'settings.local.json'));
    expect(plan.note).toContain('started in that very directory');
    disconnect(plan.file);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('refuses a project that is not there', () => {
    const scope: ConnectScope = { kind: 'project', dir: join(folder, 'nowhere') };
    expect(planConnect({ home, scope })).toMatchObject({
      ok: false,
      problem: { code: 'project-missing' },
    });
  });
});

describe('disconnect', () => {
  const before = '{ "env": {"CLAUDE_CODE_STOP_HOOK_BLOCK_CAP": "20"},\n\t"hooks": {\t} }\n\n';

  it('gives back the very bytes', () => {
    mkdirSync(claudeHome);
    writeFileSync(file, before);
    connect();
    disconnect();
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(where()).toEqual([]);
  });

  it('gives back the very bytes after connecting twice', () => {
    mkdirSync(claudeHome);
    writeFileSync(file, before);
    connect();
    connect();
    disconnect();
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('removes a file that it made although Claude Code wrote to it and took it back', () => {
    connect();
    writeFileSync(file, `${JSON.stringify(JSON.parse(readFileSync(file, 'utf8')))}\n`);
    disconnect();
    expect(existsSync(file)).toBe(false);
  });

  it('keeps what someone added to a file that it made', () => {
    connect();
    const settings = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...settings, model: 'opus' }));
    disconnect();
    expect(readFileSync(file, 'utf8')).toBe('{"model":"opus"}');
  });

  it('finds its hooks although what it remembered is lost', () => {
    connect();
    rmSync(join(home, 'state'), { recursive: true });
    expect(where()).toEqual([{ file, kind: 'user', present: 'all' }]);
    disconnect();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({});
  });

  it('sees that a hook was taken out by hand, and mends it by connecting again', () => {
    connect();
    const settings = JSON.parse(readFileSync(file, 'utf8'));
    delete settings.hooks.Stop;
    writeFileSync(file, JSON.stringify(settings, null, 2));
    expect(where()).toEqual([{ file, kind: 'user', present: 'some' }]);
    connect();
    expect(where()).toEqual([{ file, kind: 'user', present: 'all' }]);
  });
});
