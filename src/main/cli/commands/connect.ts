import { join } from 'node:path';
import {
  applyPlan,
  type ConnectScope,
  claudeHomeOf,
  connections,
  type Plan,
  planConnect,
  planDisconnect,
  settingsFileOf,
} from '#core/claude-code/connect.ts';
import { installHooks } from '#core/claude-code/install-hooks.ts';
import { findInstallation } from '#core/installation.ts';
import { openHome } from '#core/settings/home.ts';
import { type CommandContext, exitCode } from '../terminal.ts';
import { ask } from '../words.ts';

export interface ConnectOptions {
  user?: boolean;
  /** A directory; the sessions started in it. */
  project?: string;
  /** Do not ask. */
  yes?: boolean;
}

/** Installs the hooks into Claude Code's settings, showing the change first. */
export async function connect(context: CommandContext, options: ConnectOptions): Promise<number> {
  const { terminal, home: root, env } = context;
  const { resourcesDir } = findInstallation();
  const opened = openHome(root, join(resourcesDir, 'supervisor.md'));
  if (!opened.ok) return fail(context, opened.error.message);
  const plan = planConnect({ home: root, scope: scopeOf(options, env) });
  if (!plan.ok) return fail(context, plan.problem.message);
  if (!(await isAgreed(context, plan.value, options))) return exitCode.failed;
  installHooks(root, resourcesDir);
  const applied = applyPlan(plan.value);
  if (!applied.ok) return fail(context, applied.problem.message);
  terminal.write(
    plan.value.diff === ''
      ? `Connected already: ${plan.value.file}\n`
      : `Connected: ${plan.value.file}\nYour sessions hand their words to Relay: new ones, and open ones from their next turn on.\n`,
  );
  return exitCode.done;
}

/** Takes the hooks out again, from one settings file or from all that have them. */
export async function disconnect(
  context: CommandContext,
  options: ConnectOptions,
): Promise<number> {
  const { terminal, home, env } = context;
  const isOne = options.user || options.project !== undefined;
  const files = isOne
    ? [settingsFileOf(scopeOf(options, env))]
    : connections(home, env).map(({ file }) => file);
  if (files.length === 0) terminal.write('Claude Code is not connected; nothing to do.\n');
  for (const file of files) {
    const plan = planDisconnect({ home, file });
    if (!plan.ok) return fail(context, plan.problem.message);
    if (!(await isAgreed(context, plan.value, options))) return exitCode.failed;
    const applied = applyPlan(plan.value);
    if (!applied.ok) return fail(context, applied.problem.message);
    const isChanged = plan.value.diff !== '';
    terminal.write(isChanged ? `Disconnected: ${file}\n` : `Not connected: ${file}\n`);
  }
  return exitCode.done;
}

function scopeOf({ project }: ConnectOptions, env: NodeJS.ProcessEnv): ConnectScope {
  return project === undefined
    ? { kind: 'user', claudeHome: claudeHomeOf(env) }
    : { kind: 'project', dir: project };
}

/** Shows the change and asks; where nobody can be asked, typing the command was the agreement. */
async function isAgreed(
  { terminal }: CommandContext,
  plan: Plan,
  options: ConnectOptions,
): Promise<boolean> {
  if (plan.diff === '') return true;
  terminal.write(`${plan.diff}\n`);
  if (plan.note !== '') terminal.write(`${plan.note}\n`);
  if (options.yes || !terminal.isInteractive) return true;
  const answer = await ask('Make this change? [Y/n]');
  if (/^(y(es)?)?$/i.test(answer.trim())) return true;
  terminal.complain('Nothing was changed.');
  return false;
}

function fail({ terminal }: CommandContext, message: string): number {
  terminal.complain(message);
  return exitCode.failed;
}
