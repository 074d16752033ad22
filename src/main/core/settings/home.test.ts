import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Settings } from '#shared/settings.ts';
import { readDotEnv } from './dot-env.ts';
import { homeAt, homeRoot, openHome } from './home.ts';
import { temporaryFolder, temporaryHome } from './testing/temporary-home.ts';

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

function shippedIn(folder: string): string {
  const path = join(folder, 'shipped.md');
  writeFileSync(path, 'Answer.\n');
  return path;
}

describe('a first run', () => {
  it('makes a private home with everything in it', () => {
    const home = temporaryHome();
    for (const folder of [
      home.root,
      home.queue,
      home.rejected,
      home.dispatch,
      home.state,
      home.logs,
    ])
      expect([folder, modeOf(folder)]).toEqual([folder, '700']);
    expect(modeOf(home.dotEnv)).toBe('600');
    expect(readFileSync(home.instructions, 'utf8')).toBe('You answer in the owner’s stead.\n');
    expect(readdirSync(home.root).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('writes a config.yaml that says what the defaults are, and what each is for', () => {
    const text = readFileSync(temporaryHome().config, 'utf8');
    expect(parse(text)).toEqual(Settings.parse({}));
    expect(text).toContain('  # The model that answers.\n  model: claude-sonnet-5-5\n');
    expect(text.split('\n').filter((line) => line.length > 140)).toEqual([]);
  });

  it('makes a topic that nobody can guess, and another for each home', () => {
    const topics = [temporaryHome(), temporaryHome()].map(
      (home) => readDotEnv(readFileSync(home.dotEnv, 'utf8')).RELAY_NTFY_TOPIC,
    );
    // 26 characters out of 32 are 130 bits.
    for (const topic of topics) expect(topic).toMatch(/^relay-[0-9a-hjkmnp-tv-z]{26}$/);
    expect(topics[0]).not.toBe(topics[1]);
  });

  it('keeps no key, but shows where one goes', () => {
    const text = readFileSync(temporaryHome().dotEnv, 'utf8');
    expect(Object.keys(readDotEnv(text))).toEqual(['RELAY_NTFY_TOPIC']);
    expect(text).toContain('# ANTHROPIC_API_KEY=\n');
  });
});

describe('a later run', () => {
  it('overwrites nothing and makes what is missing', () => {
    const folder = temporaryFolder();
    const shipped = shippedIn(folder);
    const home = homeAt(join(folder, 'home'));
    expect(openHome(home.root, shipped)).toMatchObject({ ok: true, isNew: true });
    writeFileSync(home.config, 'autonomy: draft\n');
    writeFileSync(home.instructions, 'Mine.\n');
    writeFileSync(home.dotEnv, 'ANTHROPIC_API_KEY=sk-1\nRELAY_NTFY_TOPIC=mine\n');
    rmSync(home.queue, { recursive: true });
    rmSync(shipped);

    expect(openHome(home.root, shipped)).toMatchObject({ ok: true, isNew: false });
    expect(readFileSync(home.config, 'utf8')).toBe('autonomy: draft\n');
    expect(readFileSync(home.instructions, 'utf8')).toBe('Mine.\n');
    expect(readFileSync(home.dotEnv, 'utf8')).toBe(
      'ANTHROPIC_API_KEY=sk-1\nRELAY_NTFY_TOPIC=mine\n',
    );
    expect(existsSync(home.rejected)).toBe(true);
  });

  it('appends a topic to a .env that has none, and closes it to others', () => {
    const folder = temporaryFolder();
    const home = homeAt(folder);
    writeFileSync(home.dotEnv, 'ANTHROPIC_API_KEY=sk-1', { mode: 0o644 });
    expect(openHome(folder, shippedIn(folder)).ok).toBe(true);
    const text = readFileSync(home.dotEnv, 'utf8');
    expect(text).toMatch(/^ANTHROPIC_API_KEY=sk-1\nRELAY_NTFY_TOPIC=relay-\S{26}\n$/);
    expect(modeOf(home.dotEnv)).toBe('600');
  });

  it('closes a home that others could read', () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    expect(openHome(folder, shippedIn(folder)).ok).toBe(true);
    expect(modeOf(folder)).toBe('700');
  });
});

describe('a home that cannot be', () => {
  it('is told when it is a file', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'file');
    writeFileSync(path, '');
    const opened = openHome(path, shippedIn(folder));
    expect(opened).toMatchObject({ ok: false, error: { code: 'home-not-a-folder' } });
    expect(opened.ok ? '' : opened.error.message).toContain(`${path} is not a folder.`);
    expect(openHome(join(path, 'under'), shippedIn(folder))).toMatchObject({
      error: { code: 'home-not-a-folder' },
    });
  });

  it.skipIf(process.getuid?.() === 0)('is told when it may not be written (root may)', () => {
    const folder = temporaryFolder();
    const locked = join(folder, 'locked');
    mkdirSync(locked, { mode: 0o500 });
    const opened = openHome(join(locked, 'home'), shippedIn(folder));
    expect(opened).toMatchObject({ ok: false, error: { code: 'home-not-writable' } });
    expect(opened.ok ? '' : opened.error.message).toContain('you may not write there');
  });

  it.skipIf(process.platform !== 'linux')(
    'is told where the system makes no folders (/proc)',
    () => {
      const opened = openHome('/proc/relay/home', shippedIn(temporaryFolder()));
      expect(opened).toMatchObject({ ok: false, error: { code: 'home-not-writable' } });
      expect(opened.ok ? '' : opened.error.message).toContain('no folder can be made there');
    },
  );

  it('is made with all the folders above it, private', () => {
    const root = join(temporaryFolder(), 'a', 'b', 'home');
    expect(openHome(root, shippedIn(temporaryFolder())).ok).toBe(true);
    expect([root, join(root, '..'), join(root, 'queue')].map(modeOf)).toEqual([
      '700',
      '700',
      '700',
    ]);
  });

  it('is told whatever the system says', () => {
    const folder = temporaryFolder();
    const opened = openHome(join(folder, 'x'.repeat(300)), shippedIn(folder));
    expect(opened).toMatchObject({ ok: false, error: { code: 'home-not-writable' } });
    expect(opened.ok ? '' : opened.error.message).toMatch(/ENAMETOOLONG\. .*set RELAY_HOME/);
  });

  it('is told when it is another user’s', () => {
    const folder = temporaryFolder();
    const shipped = shippedIn(folder);
    // Only root can give a folder away; everyone else has one that is not theirs.
    const foreign =
      process.getuid?.() === 0 ? mkdirSync(join(folder, 'a'), { recursive: true }) : '/';
    if (foreign !== undefined && foreign !== '/') chownSync(foreign, 12_345, 12_345);
    expect(openHome(foreign ?? '/', shipped)).toMatchObject({ error: { code: 'home-not-yours' } });
  });

  it('is told when Relay itself is not whole', () => {
    const folder = temporaryFolder();
    expect(openHome(join(folder, 'home'), join(folder, 'none.md'))).toMatchObject({
      error: { code: 'instructions-missing' },
    });
  });
});

describe('where the home is', () => {
  it('follows RELAY_HOME, else it is ~/.relay', () => {
    expect(homeRoot({})).toBe(join(homedir(), '.relay'));
    expect(homeRoot({ RELAY_HOME: '  ' })).toBe(join(homedir(), '.relay'));
    expect(homeRoot({ RELAY_HOME: '/srv/relay' })).toBe('/srv/relay');
    expect(homeRoot({ RELAY_HOME: '~/r' })).toBe(join(homedir(), 'r'));
    expect(homeRoot({ RELAY_HOME: 'r' })).toBe(join(process.cwd(), 'r'));
  });
});
