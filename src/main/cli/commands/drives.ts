import type { SessionId } from '#shared/ids.ts';
import type { DriveLevel, DriveSummary, DriveWeight, SessionDrives } from '#shared/models.ts';
import { table } from '../table.ts';
import { type CommandContext, exitCode } from '../terminal.ts';
import { firstLine, indent } from '../text.ts';
import { doCommand, showQuery } from '../with-relay.ts';

export interface DrivesOptions {
  json?: boolean;
  reset?: boolean;
}

/** How it goes with a session, or with all of them and what weighs how much. */
export async function drives(
  context: CommandContext,
  session: string | undefined,
  options: DrivesOptions,
): Promise<number> {
  if (options.reset && session !== undefined) {
    context.terminal.complain('What was learnt holds for all sessions: relay drives --reset');
    return exitCode.wrongUsage;
  }
  if (options.reset) {
    return doCommand(context, 'drives.reset', {}, () => 'What scores had taught is forgotten.');
  }
  if (session === undefined) return showQuery(context, 'drives.list', {}, describeAll, options);
  // A cast: whatever was typed; the relay checks it by the contract.
  const input = { sessionId: session as SessionId };
  return showQuery(context, 'session.drives', input, describe, options);
}

const off = 'Drives are off. Turn them on with drives.enabled in config.yaml (docs/drives.md).\n';

function describe({ enabled, drives: levels }: SessionDrives): string {
  return enabled ? levels.map(describeLevel).join('\n') : off;
}

function describeLevel({
  name,
  level,
  words,
  isTold,
  halfLifeMinutes,
  movedBy,
}: DriveLevel): string {
  const half = `halves every ${halfLifeMinutes} minutes`;
  const moved = movedBy.map(({ words: what, does, seq, at }) => {
    const time = new Date(at).toLocaleTimeString('en-GB');
    return `${time}  ${does === 'raises' ? 'up  ' : 'down'}  ${what} (event ${seq})`;
  });
  const silent = words === '' ? 'Too low to be told.' : 'Not told while another drive speaks.';
  const lines = [isTold ? words : silent, ...moved].map((line) => indent(line, 2));
  return `${name} ${percent(level)}, ${half}\n${lines.join('\n')}\n`;
}

function describeAll({ enabled, learns, sessions, weights }: DriveSummary): string {
  if (!enabled) return off;
  const told = sessions.map(({ sessionId, title, levels }) => [
    firstLine(title ?? sessionId, 40),
    ...levels.map(({ level }) => percent(level)),
  ]);
  const headings = (sessions[0]?.levels ?? []).map(({ name }) => ({ heading: name, align: right }));
  const list =
    told.length === 0
      ? 'Nothing to tell the supervisor about any session.\n'
      : table([{ heading: 'session' }, ...headings], told);
  return `${list}\n${describeWeights(weights, learns)}`;
}

const right = 'right' as const;

function describeWeights(weights: readonly DriveWeight[], learns: boolean): string {
  const learnt = learns ? [{ heading: 'by your scores', align: right }] : [];
  return table(
    [
      { heading: 'what counts' },
      { heading: 'counts', align: right },
      ...learnt,
      { heading: 'as the supervisor is told it' },
    ],
    weights.map(({ name, words, does, learnt: factor, inForce }) => [
      name,
      `${does === 'raises' ? '+' : '-'}${inForce.toFixed(2)}`,
      ...(learns ? [factor === 1 ? '' : percent(factor)] : []),
      words,
    ]),
  );
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;
