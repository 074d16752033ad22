import path from 'node:path';
import { planHomeRestore, type RestoreReport } from '#core/restore-home.ts';
import { formatCount } from '#shared/format.ts';
import { type CommandContext, exitCode } from '../terminal.ts';
import { asJson } from '../with-relay.ts';
import { ask } from '../words.ts';

export interface RestoreOptions {
  /** Do not ask. */
  yes?: boolean;
  /** Show what would be done, and leave it at that. */
  plan?: boolean;
  json?: boolean;
}

/** Makes a damaged database anew, after showing what can be brought back. */
export async function restore(context: CommandContext, options: RestoreOptions): Promise<number> {
  const { terminal, home } = context;
  const planned = await planHomeRestore(home);
  if (!planned.ok) return fail(context, planned.message);
  const { plan, release } = planned;
  try {
    if (plan.kind === 'nothing') return fail(context, plan.message);
    if (plan.kind === 'whole') {
      const message = 'The database is whole; there is nothing to restore.';
      terminal.write(options.json ? asJson({ restored: false, message }) : `${message}\n`);
      return exitCode.done;
    }
    if (!options.json) terminal.write(describe(plan.report));
    if (options.plan || !(await isAgreed(context, options))) {
      plan.discard();
      if (options.plan) {
        if (options.json) terminal.write(asJson({ restored: false, ...plan.report }));
        return exitCode.done;
      }
      return fail(context, 'Nothing was changed.');
    }
    const keptAs = plan.carryOut();
    terminal.write(
      options.json
        ? asJson({ restored: true, ...plan.report, keptAs })
        : doneWords(plan.report, keptAs),
    );
    return exitCode.done;
  } finally {
    release();
  }
}

function describe(report: RestoreReport): string {
  const { damage, salvaged, fromBackup, backup } = report;
  const lines = [
    `The database is ${damage === 'missing' || damage === 'empty' ? damage : `damaged: ${damage}`}.`,
    `Still in it:       ${formatCount(salvaged, 'event')}`,
    `From the backup:   ${backup ? `${formatCount(fromBackup, 'event')} (${path.basename(backup.file)})` : 'there is none'}`,
    `Lost for good:     ${lostWords(report)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function lostWords({ lost, endKnown }: RestoreReport): string {
  const atTheEnd = 'what came after the last of these, if anything did';
  if (lost.length === 0) return endKnown ? 'nothing' : atTheEnd;
  const count = lost.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  const ranges = lost.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`));
  const shown = ranges.length > 10 ? [...ranges.slice(0, 10), '...'] : ranges;
  const sure = `${formatCount(count, 'event')} (${shown.join(', ')})`;
  return endKnown ? sure : `${sure}, and ${atTheEnd}`;
}

function doneWords({ lost, endKnown }: RestoreReport, keptAs: string): string {
  const kept = keptAs === '' ? '' : ` The damaged one is kept as ${keptAs}.`;
  const next =
    lost.length === 0 && endKnown
      ? 'Start the relay again; it goes on where it was.'
      : 'Start the relay again. It is paused until you have looked at what is open: relay inbox, relay resume.';
  return `Restored.${kept}\n${next}\n`;
}

/** Where nobody can be asked, typing the command was the agreement. */
async function isAgreed({ terminal }: CommandContext, options: RestoreOptions): Promise<boolean> {
  if (options.yes || options.json || !terminal.isInteractive) return true;
  return /^(y(es)?)?$/i.test((await ask('Restore it so? [Y/n]')).trim());
}

function fail({ terminal }: CommandContext, message: string): number {
  terminal.complain(message);
  return exitCode.failed;
}
