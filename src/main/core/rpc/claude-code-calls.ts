import type { ClaudeCodeStatus, PlannedChange, ConnectScope as Scope } from '#shared/models.ts';
import type { RpcResult } from '#shared/rpc.ts';
import { claudeVersion, findClaude } from '../claude-code/claude-program.ts';
import {
  applyPlan,
  type ConnectScope,
  claudeHomeOf,
  connections,
  type Plan,
  planConnect,
  planDisconnect,
} from '../claude-code/connect.ts';
import { installHooks } from '../claude-code/install-hooks.ts';
import type { Outcome } from '../claude-code/outcome.ts';

export interface ClaudeCodeCallOptions {
  /** RELAY_HOME. */
  home: string;
  resourcesDir: string;
  env: NodeJS.ProcessEnv;
}

/** The part of the contract that looks at Claude Code's settings and changes them. */
export function createClaudeCodeCalls({ home, resourcesDir, env }: ClaudeCodeCallOptions) {
  const scopeOf = (scope: Scope): ConnectScope =>
    scope.kind === 'user' ? { kind: 'user', claudeHome: claudeHomeOf(env) } : scope;

  return {
    async status(): Promise<RpcResult<ClaudeCodeStatus>> {
      const path = findClaude(env);
      const version = path === undefined ? undefined : await claudeVersion(path, env);
      const claude =
        path === undefined ? null : { path, version: version?.ok ? version.value : null };
      return { ok: true, value: { claude, connected: connections(home, env) } };
    },
    planConnect: (scope: Scope) => shown(planConnect({ home, scope: scopeOf(scope) })),
    planDisconnect: (file: string) => shown(planDisconnect({ home, file })),
    connect(scope: Scope, diff: string): RpcResult<Record<string, never>> {
      const plan = planConnect({ home, scope: scopeOf(scope) });
      return apply(plan, diff, () => installHooks(home, resourcesDir));
    },
    disconnect: (file: string, diff: string) => apply(planDisconnect({ home, file }), diff),
  };
}

function shown(plan: Outcome<Plan>): RpcResult<PlannedChange> {
  if (!plan.ok) return { ok: false, error: { code: 'failed', message: plan.problem.message } };
  const { file, diff, note } = plan.value;
  return { ok: true, value: { file, diff, note } };
}

/** Makes a change only if it is the very one that the owner was shown. */
function apply(
  plan: Outcome<Plan>,
  shownDiff: string,
  prepare: () => void = () => {},
): RpcResult<Record<string, never>> {
  if (!plan.ok) return { ok: false, error: { code: 'failed', message: plan.problem.message } };
  if (plan.value.diff !== shownDiff) {
    const message = `${plan.value.file} has changed meanwhile. Look at the change again.`;
    return { ok: false, error: { code: 'conflict', message } };
  }
  prepare();
  const applied = applyPlan(plan.value);
  if (applied.ok) return { ok: true, value: {} };
  return { ok: false, error: { code: 'failed', message: applied.problem.message } };
}
