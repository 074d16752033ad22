import { connectRelay } from '#core/rpc/client.ts';
import { homeAt } from '#core/settings/home-paths.ts';
import { localDay } from '#shared/local-day.ts';
import type { Check, Patient } from '../doctor/check.ts';
import { checkDatabase } from '../doctor/database.ts';
import { checkHome } from '../doctor/home.ts';
import { checkHooks } from '../doctor/hooks.ts';
import { checkModels } from '../doctor/models.ts';
import { checkService } from '../doctor/service.ts';
import { checkSupervisor } from '../doctor/supervisor.ts';
import { checkVersions } from '../doctor/versions.ts';
import { readHomeSettings } from '../home-settings.ts';
import { type CommandContext, exitCode, type Terminal } from '../terminal.ts';
import { printable } from '../text.ts';
import { asJson } from '../with-relay.ts';

/** Looks at everything that can be wrong, changes nothing; fails when something is. */
export async function doctor(
  context: CommandContext,
  options: { json?: boolean },
): Promise<number> {
  const { terminal, home, env } = context;
  const patient: Patient = {
    ...readHomeSettings(homeAt(home), env),
    relay: await connectRelay(home),
    env,
  };
  const checks = [
    ...(await checkVersions(patient)),
    ...checkHome(patient),
    ...(await checkDatabase(patient)),
    ...(await checkSupervisor(patient)),
    ...checkModels(patient.settings, localDay(terminal.now())),
    ...checkHooks(patient),
    ...checkService(patient),
  ];
  const isWell = checks.every(({ state }) => state !== 'fault');
  if (options.json) terminal.write(asJson({ ok: isWell, checks }));
  else for (const check of checks) terminal.write(asLine(check, terminal));
  return isWell ? exitCode.done : exitCode.failed;
}

function asLine({ name, state, message }: Check, terminal: Terminal): string {
  const mark = state === 'good' ? 'good ' : state === 'fault' ? terminal.accent('FAULT') : 'note ';
  return `${mark}  ${name.padEnd(8)}  ${printable(message)}\n`;
}
