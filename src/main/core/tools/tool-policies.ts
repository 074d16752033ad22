import { ToolPolicy } from '#shared/events.ts';

/** Policies as the settings hold them: by name (or by how a command begins), unchecked. */
export type PolicyTable = Readonly<Record<string, unknown>>;

/** undefined where the table says nothing; what it says wrongly asks the owner. */
export function policyIn(table: PolicyTable, name: string): ToolPolicy | undefined {
  if (!Object.hasOwn(table, name)) return undefined;
  const parsed = ToolPolicy.safeParse(table[name]);
  return parsed.success ? parsed.data : 'ask';
}

/** A sentence for each entry that is neither allow, ask nor deny. */
export function policyProblems(setting: string, table: PolicyTable): string[] {
  return Object.entries(table)
    .filter(([, value]) => !ToolPolicy.safeParse(value).success)
    .map(([name]) => `${setting}: "${name}" must be allow, ask or deny; until then it asks.`);
}

const strictness = { allow: 0, ask: 1, deny: 2 } as const satisfies Record<ToolPolicy, number>;

export function strictest(policies: readonly ToolPolicy[]): ToolPolicy {
  return policies.reduce<ToolPolicy>(
    (strictest, policy) => (strictness[policy] > strictness[strictest] ? policy : strictest),
    'allow',
  );
}
