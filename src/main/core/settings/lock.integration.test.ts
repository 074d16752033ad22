import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { processStart } from '../claude-code/liveness.ts';
import type { Home } from './home.ts';
import { acquireLock, lockHolder } from './lock.ts';
import { temporaryHome } from './testing/temporary-home.ts';

const starter = fileURLToPath(import.meta.resolve('./testing/lock-starter.ts'));

interface Started {
  child: ChildProcess;
  lock: { ok: boolean; holder?: { pid: number } };
}

async function start(home: Home, at = 0): Promise<Started> {
  const child = spawn(process.execPath, [starter, home.root, String(at)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(createInterface(child.stdout), 'line');
  return { child, lock: JSON.parse(String(line)) };
}

async function killed({ child }: Started): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

describe('one relay per home', () => {
  it('says who holds it, until that one lets go', () => {
    const home = temporaryHome();
    const first = acquireLock(home, { host: 'desktop' });
    expect(first.ok).toBe(true);
    expect(acquireLock(home, { host: 'headless' })).toEqual({
      ok: false,
      holder: { pid: process.pid, host: 'desktop', since: expect.any(Number) },
    });
    if (first.ok) first.release();
    expect(lockHolder(home)).toBeUndefined();
    const second = acquireLock(home, { host: 'headless' });
    expect(second.ok).toBe(true);
    // Letting go twice does not let go of what another holds by now.
    if (first.ok) first.release();
    expect(lockHolder(home)?.host).toBe('headless');
  });

  it('is free again as soon as its relay is killed', async () => {
    const home = temporaryHome();
    const relay = await start(home);
    expect(relay.lock).toMatchObject({ ok: true });
    expect(lockHolder(home)?.pid).toBe(relay.child.pid);
    expect(acquireLock(home, { host: 'desktop' })).toMatchObject({
      ok: false,
      holder: { pid: relay.child.pid, host: 'headless' },
    });
    await killed(relay);
    expect(lockHolder(home)).toBeUndefined();
    expect(acquireLock(home, { host: 'desktop' }).ok).toBe(true);
  });

  it('is not held by a process that only has the same number', () => {
    const home = temporaryHome();
    const dead = { pid: process.pid, host: 'headless', since: 1, released: false };
    writeFileSync(`${home.lock}.1`, JSON.stringify({ ...dead, start: 'long ago' }));
    expect(lockHolder(home)).toBeUndefined();
    writeFileSync(`${home.lock}.2`, JSON.stringify({ ...dead, start: processStart(process.pid) }));
    expect(lockHolder(home)?.pid).toBe(process.pid);
  });

  it('is not held by a damaged file', () => {
    const home = temporaryHome();
    writeFileSync(`${home.lock}.1`, '');
    writeFileSync(`${home.lock}.2`, '{"pid": 1}');
    expect(acquireLock(home, { host: 'desktop' }).ok).toBe(true);
  });

  it('leaves few files, for the owner alone', () => {
    const home = temporaryHome();
    for (let round = 0; round < 20; round += 1) {
      const lock = acquireLock(home, { host: 'headless' });
      if (!lock.ok) throw new Error(`round ${round} found a holder`);
      lock.release();
    }
    const files = readdirSync(home.state).filter((name) => name.includes('lock'));
    expect(files.toSorted()).toEqual(['lock.18', 'lock.19', 'lock.20']);
    expect(statSync(`${home.lock}.20`).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(`${home.lock}.20`, 'utf8'))).toMatchObject({ released: true });
  });
});

describe('starters in a race', () => {
  it('for the lock of a killed relay: one gets it, the others are told of that one', async () => {
    const home = temporaryHome();
    for (let round = 0; round < 3; round += 1) {
      await killed(await start(home));
      const together = Date.now() + 1_500;
      const racers = await Promise.all(Array.from({ length: 8 }, () => start(home, together)));
      const winners = racers.filter(({ lock }) => lock.ok);
      expect(winners).toHaveLength(1);
      const losers = racers.filter(({ lock }) => !lock.ok);
      for (const { lock } of losers) expect(lock.holder?.pid).toBe(winners[0]?.child.pid);
      await Promise.all(winners.map(killed));
    }
  });
});
