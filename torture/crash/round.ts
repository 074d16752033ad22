import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeOlder } from '#core/store/testing/older-database.ts';
import type { Chance } from '../chance.ts';
import { errorsInLogs } from '../logged-errors.ts';
import { type Aim, dieAtOf, leanOf, needsStop } from './aims.ts';
import { readBooks } from './books.ts';
import { check } from './check.ts';
import { lostCalls } from './check-calls.ts';
import type { DoomedRelay, DoomedRelays } from './doomed-relays.ts';
import type { Evidence, Life } from './evidence.ts';
import type { Load } from './load.ts';
import { startOwner } from './owner-actor.ts';
import { openPriceList } from './price-list.ts';
import { type ScriptedApi, startScriptedApi } from './scripted-api.ts';
import { startSession } from './session-actor.ts';

export interface RoundOptions {
  relays: DoomedRelays;
  /** Where the relay is killed, one life after the other. */
  aims: readonly Aim[];
  /** How many projects the ten sessions belong to; each has a conversation of its own. */
  projects: number;
  chance: Chance;
}

/** How one kill went. */
export interface Kill {
  aim: Aim;
  /** It died where it was meant to, rather than when the time for that was over. */
  hasHit: boolean;
}

export interface RoundResult {
  kills: readonly Kill[];
  failures: readonly string[];
  words: number;
  replies: number;
  lost: number;
  /** Where everything lies, when something did not hold. */
  keptIn: string | undefined;
}

const sessionCount = 10;
/** A point that is not reached by then is not reached in this life. */
const patienceMs = 3000;
/** A load that leads there gets there in the end. */
const leadingPatienceMs = 8000;
const restDeadlineMs = 90_000;

/** Ten sessions at work on one home, whose relay is killed again and again, and then left in peace. */
export async function playRound(options: RoundOptions): Promise<RoundResult> {
  const { relays, aims, projects, chance } = options;
  const folder = mkdtempSync(path.join(tmpdir(), 'relay-crash-round-'));
  const home = prepare(folder, projects);
  const load: Load = { lean: undefined };
  const scripted = await startScriptedApi(chance.branch(), load);
  const env = environment(folder, scripted);
  const sessions = Array.from({ length: sessionCount }, (_, n) =>
    startSession({
      ...{ id: `s${n}`, home, cwd: path.join(folder, `project-${n % projects}`) },
      ...{ log: path.join(folder, `s${n}.jsonl`), chance: chance.branch() },
      load,
    }),
  );
  const owner = startOwner(home, chance.branch());
  const lives: Life[] = [];
  const kills: Kill[] = [];
  const failures: string[] = [];

  for (const aim of aims) {
    if (aim.point.startsWith('migration.')) {
      await owner.lookAway();
      makeOlder(path.join(home, 'relay.db'));
      owner.lookAgain();
    }
    load.lean = leanOf(aim);
    const fromMs = Date.now();
    const relay = await relays.begin(home, env, dieAtOf(aim));
    const hasHit = await endLife(relay, aim, scripted, chance);
    lives.push({ fromMs, toMs: Date.now(), isCutShort: true });
    kills.push({ aim, hasHit });
    if (relay.complaints() !== '') failures.push(`At ${aim.point} it said: ${relay.complaints()}`);
  }

  load.lean = undefined;
  for (const session of sessions) session.fallSilent();
  const fromMs = Date.now();
  const relay = await relays.begin(home, env);
  if (!(await comesToRest(relay, home))) failures.push('It did not come to rest after the kills.');
  relay.stop();
  await relay.ended;
  lives.push({ fromMs, toMs: Date.now(), isCutShort: false });
  if (relay.complaints() !== '') failures.push(`In its last life it said: ${relay.complaints()}`);
  await Promise.all([owner.end(), ...sessions.map((session) => session.end())]);
  await scripted.api.close();

  const evidence: Evidence = {
    words: sessions.flatMap(({ words }) => words),
    received: sessions.flatMap((session) => session.received()),
    ...{ ownerWords: owner.words, calls: scripted.calls(), lives, conversations: projects },
    ...leftIn(home),
  };
  const books = await readBooks(home);
  failures.push(...errorsInLogs(path.join(home, 'logs')));
  failures.push(...check(evidence, books, openPriceList()));
  const isBroken = failures.length > 0;
  if (isBroken)
    writeFileSync(path.join(folder, 'evidence.json'), JSON.stringify(evidence, null, 1));
  else rmSync(folder, { recursive: true, force: true });
  return {
    ...{ kills, failures, words: evidence.words.length },
    replies: evidence.received.filter(({ kind }) => kind === 'input').length,
    lost: lostCalls(evidence, books).length,
    keptIn: isBroken ? folder : undefined,
  };
}

/** @returns whether it died where it was meant to */
async function endLife(
  relay: DoomedRelay,
  aim: Aim,
  scripted: ScriptedApi,
  chance: Chance,
): Promise<boolean> {
  const isOver = { value: false };
  const waitMs = leanOf(aim) === undefined ? patienceMs : leadingPatienceMs;
  const late = () => delay(waitMs, undefined, { ref: false });
  if (aim.point === 'any moment') {
    // From its very first steps on; most of the time in the middle of its work.
    if (chance.happens(0.7)) await Promise.race([relay.opened, late()]);
    await delay(chance.whole(0, 500));
    if (chance.happens(0.15)) {
      relay.stop();
      await delay(chance.whole(0, 40));
    }
  } else if (aim.point === 'api.asked') {
    let left = aim.times;
    const asked = new Promise<void>((resolve) => {
      scripted.onAsked = () => {
        left -= 1;
        if (left === 0) {
          isOver.value = true;
          relay.kill();
          resolve();
        }
      };
    });
    await Promise.race([asked, relay.ended, late()]);
    scripted.onAsked = () => {};
  } else {
    if (needsStop(aim)) {
      await Promise.race([relay.opened, relay.ended]);
      await delay(chance.whole(0, 300));
      relay.stop();
    }
    await Promise.race([relay.ended, late()]);
  }
  const hasDied = !relay.isAlive();
  relay.kill();
  const diedAt = await relay.ended;
  return isOver.value || aim.point === 'any moment' || (hasDied && diedAt === aim.point);
}

async function comesToRest(relay: DoomedRelay, home: string): Promise<boolean> {
  const deadline = Date.now() + restDeadlineMs;
  let quietLooks = 0;
  while (Date.now() < deadline) {
    await delay(100);
    const { queueLeft, strayFiles } = leftIn(home);
    const isQuiet = queueLeft.length + strayFiles.length === 0 && (await relay.isAtRest());
    quietLooks = isQuiet ? quietLooks + 1 : 0;
    // Whatever were still to come a second time would come by then.
    if (quietLooks === 5) return true;
  }
  return false;
}

/** What should be gone once everything is done. */
function leftIn(home: string): Pick<Evidence, 'queueLeft' | 'strayFiles'> {
  const queue = readdirSync(path.join(home, 'queue'), { recursive: true, encoding: 'utf8' });
  const dispatch = readdirSync(path.join(home, 'dispatch'), { recursive: true, encoding: 'utf8' });
  return {
    queueLeft: queue.filter((name) => /\.json$/.test(name)),
    strayFiles: [
      ...dispatch.filter((name) => name.includes(path.sep)),
      ...readdirSync(home).filter((name) => /jc_input/.test(name)),
    ],
  };
}

function prepare(folder: string, projects: number): string {
  const home = path.join(folder, 'home');
  for (const dir of [home, path.join(home, 'queue'), path.join(home, 'dispatch')]) {
    mkdirSync(dir, { mode: 0o700 });
  }
  writeFileSync(path.join(home, 'supervisor.md'), 'Answer with the next step, in one sentence.\n');
  writeFileSync(path.join(home, 'config.yaml'), config);
  for (let n = 0; n < projects; n += 1) {
    const project = path.join(folder, `project-${n}`);
    mkdirSync(path.join(project, '.git'), { recursive: true });
    writeFileSync(path.join(project, 'README.md'), 'A parser.\n');
  }
  return home;
}

/** Waits short enough for a life of half a second; a window so small that it moves now and then. */
const config = `faults:
  firstWaitSeconds: 0.02
  longestWaitSeconds: 0.1
supervisor:
  idleTimeoutSeconds: 1
conversation:
  budgetTokens: 4000
  capCharacters: 14000
  verbatimTurns: 4
guards:
  exchangesWithoutOwner: null
  pingPongRepeats: null
budget:
  perDayUsd: null
  perSessionUsd: null
ntfy:
  enabled: false
`;

function environment(folder: string, { api }: ScriptedApi): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    ANTHROPIC_API_KEY: api.key,
    ANTHROPIC_BASE_URL: api.url,
  };
}
