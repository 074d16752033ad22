import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { doctor } from '../commands/doctor.ts';
import { installService, uninstallService } from '../commands/service.ts';
import { type CommandContext, exitCode } from '../terminal.ts';
import { isOwnServiceFile, launchdAgent, systemdUnit } from './service-file.ts';

describe.skipIf(process.platform !== 'linux')('the service of systemd', () => {
  let folder: string;
  let unit: string;
  let told: () => string[];
  let printed: string[];
  let complained: string[];
  let context: CommandContext;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'relay-service-'));
    unit = join(folder, '.config', 'systemd', 'user', 'relay.service');
    const log = join(folder, 'systemctl.log');
    mkdirSync(join(folder, 'bin'));
    // A service manager that only writes down what it is told; `is-active` says what a file says.
    writeFileSync(
      join(folder, 'bin', 'systemctl'),
      `#!/bin/sh\necho "$*" >> '${log}'\ncase "$*" in *is-active*) [ -e '${folder}/active' ];; esac\n`,
      { mode: 0o755 },
    );
    told = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
    printed = [];
    complained = [];
    context = {
      home: join(folder, 'home of relay'),
      env: {
        HOME: folder,
        PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
        RELAY_HOME: join(folder, 'home of relay'),
      },
      terminal: {
        write: (text) => printed.push(text),
        complain: (sentence) => complained.push(sentence),
        accent: (text) => text,
        muted: (text) => text,
        isInteractive: false,
        columns: 100,
        now: Date.now,
      },
    };
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is written, shown, started, and removed without a trace', async () => {
    expect(await installService(context, {})).toBe(exitCode.done);
    const text = readFileSync(unit, 'utf8');
    expect(text).toMatch(/^ExecStart=".*\/bin\/relay" run$/m);
    expect(text).toContain(`Environment="RELAY_HOME=${context.home}"`);
    expect(printed.join('')).toContain(unit);
    expect(printed.join('')).toContain('ExecStart=');
    expect(told().slice(1)).toEqual([
      '--user daemon-reload',
      '--user enable relay.service',
      '--user restart relay.service',
    ]);

    expect(await uninstallService(context, {})).toBe(exitCode.done);
    expect(existsSync(unit)).toBe(false);
    expect(told()).toContain('--user disable --now relay.service');
    printed.length = 0;
    expect(await uninstallService(context, { json: true })).toBe(exitCode.done);
    expect(JSON.parse(printed.join(''))).toEqual({ file: unit, removed: false, problem: null });
  });

  it('is the owner’s alone, whatever the umask: who may write it decides what is run', async () => {
    const before = process.umask(0);
    try {
      expect(await installService(context, {})).toBe(exitCode.done);
    } finally {
      process.umask(before);
    }
    expect(statSync(unit).mode & 0o777).toBe(0o600);
    expect(statSync(join(unit, '..')).mode & 0o777).toBe(0o700);
  });

  it('leaves a file of the same name alone that somebody else wrote', async () => {
    mkdirSync(join(unit, '..'), { recursive: true });
    writeFileSync(unit, '[Unit]\nDescription=Mine\n');
    expect(await installService(context, {})).toBe(exitCode.failed);
    expect(await uninstallService(context, {})).toBe(exitCode.failed);
    expect(readFileSync(unit, 'utf8')).toContain('Mine');
    expect(complained[0]).toContain('was not written by Relay');
  });

  it('says what the service manager says when that refuses', async () => {
    writeFileSync(
      join(folder, 'bin', 'systemctl'),
      '#!/bin/sh\necho "Failed to connect to bus" >&2\nexit 1\n',
    );
    expect(await installService(context, { json: true })).toBe(exitCode.failed);
    const answer = JSON.parse(printed.join(''));
    expect(answer).toMatchObject({ file: unit, started: false });
    expect(answer.problem).toContain('Failed to connect to bus');
    expect(existsSync(unit)).toBe(true);
  });

  it('is looked at by doctor', async () => {
    const service = async () => {
      printed.length = 0;
      await doctor(context, { json: true });
      const { checks } = JSON.parse(printed.join('')) as {
        checks: { name: string; state: string; message: string }[];
      };
      return checks.filter(({ name }) => name === 'service');
    };
    expect(await service()).toMatchObject([{ state: 'note' }]);
    await installService(context, {});
    writeFileSync(join(folder, 'active'), '');
    expect(await service()).toMatchObject([{ state: 'good' }]);
    writeFileSync(unit, readFileSync(unit, 'utf8').replace('/bin/relay', '/old/relay'));
    expect(await service()).toMatchObject([
      { state: 'fault', message: expect.stringContaining('relay service install') },
    ]);
  });

  it('holds what systemd and launchd would read otherwise', async () => {
    const odd = { commandPath: '/a "b"/%h $x/relay', variables: { X: '<&>' } };
    expect(systemdUnit(odd)).toContain('ExecStart="/a \\"b\\"/%%h $$x/relay" run');
    const agent = launchdAgent(odd);
    expect(agent).toContain('<string>&lt;&amp;&gt;</string>');
    expect([systemdUnit(odd), agent].every(isOwnServiceFile)).toBe(true);
    const file = join(folder, 'relay.service');
    writeFileSync(file, systemdUnit({ commandPath: '/bin/true', variables: { A: 'b c' } }));
    const check = spawn('systemd-analyze', ['verify', file], { stdio: 'pipe' });
    const outcome = await Promise.race([once(check, 'exit'), once(check, 'error')]);
    // Where systemd is not installed there is nobody to ask.
    if (typeof outcome[0] === 'number') expect(outcome[0]).toBe(0);
  });
});
