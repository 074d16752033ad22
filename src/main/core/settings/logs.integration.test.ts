import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type LogOptions, type Logs, openLogs } from './logs.ts';
import { readSecrets } from './secrets.ts';
import { temporaryFolder } from './testing/temporary-home.ts';

function open(folder: string, options: Partial<LogOptions> = {}): Logs {
  return openLogs({ folder, level: 'info', secrets: () => ({}), ...options });
}

/** From the oldest to the one being written. */
function files(folder: string): string[] {
  const ageOf = (name: string) => Number(name.split('.')[1]) || 0;
  return readdirSync(folder).toSorted((a, b) => ageOf(b) - ageOf(a));
}

function lines(folder: string): Record<string, unknown>[] {
  return files(folder)
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

describe('the logs', () => {
  it('are JSON lines for the owner alone, from the set level up', async () => {
    const folder = temporaryFolder();
    const { logger, setLevel, close } = open(folder);
    logger.debug({}, 'hidden');
    logger.warn({ sessionId: 's1' }, 'an envelope was rejected');
    setLevel('debug');
    logger.debug({}, 'shown');
    logger.error({ error: new Error('outer', { cause: new Error('inner') }) }, 'failed');
    const written = lines(folder);
    expect(written.map(({ level, msg }) => `${level} ${msg}`)).toEqual([
      'warn an envelope was rejected',
      'debug shown',
      'error failed',
    ]);
    expect(written[0]).toMatchObject({ sessionId: 's1', pid: process.pid });
    expect(String(written[0]?.time)).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(JSON.stringify(written[2])).toMatch(/outer.*inner/);
    expect(files(folder)).toEqual(['relay.log']);
    expect(statSync(join(folder, 'relay.log')).mode & 0o777).toBe(0o600);
    close();
  });

  it('hold no secret, wherever it stands and however new it is', async () => {
    const folder = temporaryFolder();
    const environment: Record<string, string> = { ANTHROPIC_API_KEY: 'sk-ant-"first"/1' };
    const { logger, close } = open(folder, {
      secrets: () => readSecrets(environment, {}).secrets,
    });
    const secrets = readSecrets(environment, {}).secrets;
    logger.info({ secrets, header: `Bearer ${environment.ANTHROPIC_API_KEY}` }, 'called');
    logger.error({ error: new Error(`401 for sk-ant-"first"/1`) }, 'refused sk-ant-"first"/1');
    environment.RELAY_NTFY_TOPIC = 'relay-second-topic';
    logger.info({ url: 'https://ntfy.sh/relay-second-topic' }, 'published');
    logger.info({ url: `?key=${encodeURIComponent('sk-ant-"first"/1')}` }, 'asked');
    const text = JSON.stringify(lines(folder));
    expect(text).not.toMatch(/sk-ant|first|second-topic/);
    expect(text.match(/\[secret\]/g)?.length).toBeGreaterThanOrEqual(6);
    close();
  });

  it('are rotated by size, the oldest going first and no line between', async () => {
    const folder = temporaryFolder();
    const { logger, close } = open(folder, { maxSizeBytes: 1_000 });
    for (let line = 0; line < 200; line += 1) logger.info({ line }, 'x'.repeat(200));
    close();
    expect(files(folder)).toEqual(
      [4, 3, 2, 1].map((age) => `relay.${age}.log`).concat('relay.log'),
    );
    const numbers = lines(folder).map(({ line }) => Number(line));
    const first = numbers[0] ?? 0;
    expect(first).toBeGreaterThan(175);
    expect(numbers).toEqual(Array.from({ length: 200 - first }, (_, index) => first + index));
    for (const name of files(folder))
      expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(1_000);
  });

  it('go on in the newest file after a restart', async () => {
    const folder = temporaryFolder();
    for (const run of [1, 2]) {
      const { logger, close } = open(folder);
      logger.info({ run }, 'started');
      close();
    }
    expect(files(folder)).toEqual(['relay.log']);
    expect(lines(folder)).toMatchObject([{ run: 1 }, { run: 2 }]);
  });

  it('stop nothing while they cannot be written, say so, and then tell of it', () => {
    const folder = temporaryFolder();
    const { logger, problem, close } = open(folder, { maxSizeBytes: 1_000 });
    for (let line = 0; line < 4; line += 1) logger.info({ line }, 'x'.repeat(200));
    expect(problem()).toBeUndefined();
    rmSync(folder, { recursive: true });
    writeFileSync(folder, '');
    for (let line = 4; line < 20; line += 1) logger.info({ line }, 'x'.repeat(200));
    expect(problem()).toContain(`The log (${folder}) cannot be written: ENOTDIR.`);
    rmSync(folder);
    mkdirSync(folder);
    logger.info({ line: 20 }, 'back');
    expect(problem()).toBeUndefined();
    expect(lines(folder)).toMatchObject([
      { level: 'warn', code: 'ENOTDIR', count: expect.any(Number) },
      { line: 20 },
    ]);
    close();
  });

  it('begin anew in a folder of their own where theirs was removed', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const folder = temporaryFolder();
    const { logger, close } = open(folder);
    logger.info({ line: 1 }, 'x');
    rmSync(folder, { recursive: true });
    vi.advanceTimersByTime(2000);
    logger.info({ line: 2 }, 'x');
    expect(lines(folder)).toMatchObject([{ line: 2 }]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    close();
  });
});

describe('a process that logs', () => {
  async function run(script: string, way: string) {
    const folder = temporaryFolder();
    const child = spawn(process.execPath, [script, folder, way], { stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [code] = await once(child, 'exit');
    return { code, count: lines(folder).length };
  }
  const writer = fileURLToPath(import.meta.resolve('./testing/log-writer.ts'));

  it('loses no line however it ends, and is not kept by its logs', async () => {
    expect(await run(writer, 'exit')).toEqual({ code: 0, count: 1000 });
    expect(await run(writer, 'crash')).toEqual({ code: 1, count: 1000 });
    expect(await run(writer, 'end')).toEqual({ code: 0, count: 1000 });
  });

  it('does so when it is bundled into one file as well', async () => {
    // Within the project, where a bundle finds the packages it leaves outside.
    const out = join(import.meta.dirname, '../../../../.cache', `bundle-${process.pid}`);
    onTestFinished(() => rmSync(out, { recursive: true, force: true }));
    await build({
      configFile: false,
      logLevel: 'error',
      build: { ssr: writer, outDir: out, emptyOutDir: true, target: 'node24' },
    });
    const [bundle = ''] = readdirSync(out);
    expect(await run(join(out, bundle), 'exit')).toEqual({ code: 0, count: 1000 });
  });
});
