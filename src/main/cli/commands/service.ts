import { existsSync } from 'node:fs';
import { connectRelay } from '#core/rpc/client.ts';
import {
  type RelayService,
  relayService,
  removeServiceFile,
  tellManager,
  whyNotOurs,
  writeServiceFile,
} from '../service/relay-service.ts';
import { type CommandContext, exitCode } from '../terminal.ts';
import { asJson } from '../with-relay.ts';

interface ServiceOptions {
  json?: boolean;
}

/** Lets the system run the relay, from now on and at every login; shows the file it writes. */
export async function installService(
  context: CommandContext,
  { json }: ServiceOptions,
): Promise<number> {
  const { terminal, env, home } = context;
  const service = find(context);
  if (service === undefined) return exitCode.failed;
  const isRunning = tellManager(service.isRunning, env) === undefined;
  const running = isRunning ? undefined : await connectRelay(home);
  if (!json) terminal.write(`${service.file}:\n\n${indented(service.text)}\n`);
  try {
    writeServiceFile(service);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    terminal.complain(`The service could not be written: ${why}`);
    return exitCode.failed;
  }
  // The service would find the home taken, and give up after some tries.
  const mayStart = running === undefined;
  const problem = firstProblem(service.install(mayStart), env);
  const isStarted = mayStart && problem === undefined;
  if (json) {
    const { file, text } = service;
    terminal.write(asJson({ file, text, started: isStarted, problem: problem ?? null }));
  } else if (problem === undefined) {
    terminal.write(installedSentence(isStarted));
    if (service.note) terminal.write(`${terminal.muted(service.note)}\n`);
  }
  if (problem === undefined) return exitCode.done;
  terminal.complain(`The file is written, but the service could not be started: ${problem}`);
  return exitCode.failed;
}

/** Stops the service and removes its file. */
export async function uninstallService(
  context: CommandContext,
  { json }: ServiceOptions,
): Promise<number> {
  const { terminal, env } = context;
  const service = find(context);
  if (service === undefined) return exitCode.failed;
  const wasThere = existsSync(service.file);
  // The manager may not know it any more, or may not be there: the file goes all the same.
  const [stop, ...rest] = wasThere ? service.uninstall() : [];
  const problem = stop && tellManager(stop, env);
  removeServiceFile(service);
  for (const command of rest) tellManager(command, env);
  if (json) {
    terminal.write(asJson({ file: service.file, removed: wasThere, problem: problem ?? null }));
  } else if (wasThere) {
    terminal.write(`Removed ${service.file}; the relay does not start by itself any more.\n`);
    if (problem) terminal.write(`${terminal.muted(`It could not be stopped: ${problem}`)}\n`);
  } else {
    terminal.write('The service is not installed; nothing to do.\n');
  }
  return exitCode.done;
}

function find({ terminal, env }: CommandContext): RelayService | undefined {
  const service = relayService(env);
  if (service === undefined) {
    terminal.complain('There is no service on this platform; start Relay at login in Settings.');
    return undefined;
  }
  const obstacle = whyNotOurs(service.file);
  if (obstacle === undefined) return service;
  terminal.complain(obstacle);
  return undefined;
}

function firstProblem(
  commands: ReturnType<RelayService['install']>,
  env: NodeJS.ProcessEnv,
): string | undefined {
  for (const command of commands) {
    const problem = tellManager(command, env);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function installedSentence(isStarted: boolean): string {
  if (isStarted) return 'The relay runs, and starts by itself from now on.\n';
  return 'The relay starts by itself from the next login on; now another one holds this home.\n';
}

const indented = (text: string) => text.replaceAll(/^(?=.)/gm, '  ');
