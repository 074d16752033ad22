import type { Campaign, Row } from '../campaign.ts';
import { aimedPoints, chooseAims } from './aims.ts';
import { openDoomedRelays } from './doomed-relays.ts';
import { type Kill, playRound, type RoundResult } from './round.ts';

/** Kills of one round, which has a home of its own. */
const sizes = { long: { kills: 1000, perRound: 50 }, short: { kills: 12, perRound: 6 } };

export const crash: Campaign = {
  name: 'crash',
  about: 'killed at any moment and at every step, each word is answered once and paid as said',
  async run({ size, chance, say }) {
    const { kills, perRound } = sizes[size];
    const relays = await openDoomedRelays();
    const aims = chooseAims(kills, chance);
    const rounds: RoundResult[] = [];
    try {
      for (let from = 0; from < kills; from += perRound) {
        // All in one conversation, where no two calls are ever under way, or in three.
        const projects = rounds.length % 2 === 0 ? 1 : 3;
        const round = await playRound({
          ...{ relays, projects, chance: chance.branch() },
          aims: aims.slice(from, from + perRound),
        });
        rounds.push(round);
        say(lineOf(round, from + perRound, projects));
      }
    } finally {
      await relays.close();
    }
    const all = rounds.flatMap((round) => round.kills);
    const failures = rounds.flatMap((round) =>
      round.failures.map((failure) => `${failure} (${round.keptIn})`),
    );
    const replies = rounds.reduce((sum, round) => sum + round.replies, 0);
    // Ten sessions that get nowhere are no load, and nothing could go wrong with them.
    if (replies < kills / 2) failures.push(`Only ${replies} replies came over ${kills} kills.`);
    if (size === 'long') failures.push(...neverReached(all));
    return { rows: rowsOf(all, rounds), failures };
  },
};

function lineOf(round: RoundResult, upTo: number, projects: number): string {
  const { words, replies, lost, failures } = round;
  const broken = failures.length === 0 ? 'held' : `${failures.length} broken`;
  return `${upTo} kills, ${projects} conversations: ${words} words, ${replies} replies, ${lost} calls lost: ${broken}`;
}

function rowsOf(kills: readonly Kill[], rounds: readonly RoundResult[]): Row[] {
  const points = [...new Set(kills.map(({ aim }) => aim.point))].sort();
  const rows = points.map((point): Row => {
    const aimed = kills.filter(({ aim }) => aim.point === point);
    const hit = aimed.filter(({ hasHit }) => hasHit).length;
    return { 'killed at': point, kills: aimed.length, 'just there': hit };
  });
  const total = (count: (round: RoundResult) => number) =>
    rounds.reduce((sum, round) => sum + count(round), 0);
  return [
    ...rows,
    {
      'killed at': 'ALL',
      kills: kills.length,
      'just there': kills.filter(({ hasHit }) => hasHit).length,
      words: total(({ words }) => words),
      replies: total(({ replies }) => replies),
      'calls lost': total(({ lost }) => lost),
    },
  ];
}

/** A kill that never happens proves nothing. */
function neverReached(kills: readonly Kill[]): string[] {
  return aimedPoints.flatMap((point) =>
    kills.some(({ aim, hasHit }) => aim.point === point && hasHit)
      ? []
      : [`No relay ever died at ${point}: the campaign does not come by it.`],
  );
}
