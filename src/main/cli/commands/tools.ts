import type { ToolPolicy } from '#shared/events.ts';
import type { ToolSetting } from '#shared/models.ts';
import { knownSession } from '../known-session.ts';
import { table } from '../table.ts';
import { type CommandContext, exitCode } from '../terminal.ts';
import { firstLine } from '../text.ts';
import { asJson, refused, withRelay } from '../with-relay.ts';

/** What a rule of a session is set to; `settings`: it has none, the settings decide. */
export type ToolRule = ToolPolicy | 'settings';

const origins: Record<ToolSetting['origin'], string> = {
  session: 'this session',
  settings: 'settings',
  default: 'default',
};

interface Asked {
  session: string | undefined;
  tool: string | undefined;
  /** To be set for the tool. */
  rule: ToolRule | undefined;
}

/** What the supervisor may do by itself, in general or with a session; with a rule, sets it. */
export function tools(
  context: CommandContext,
  { session, tool, rule }: Asked,
  options: { json?: boolean },
): Promise<number> {
  return withRelay(context, async (relay) => {
    const known = session === undefined ? undefined : await knownSession(context, relay, session);
    if (known && !known.ok) return known.code;
    const sessionId = known?.session.id;
    const list = () => relay.call('tools.list', sessionId === undefined ? {} : { sessionId });
    let found = await list();
    if (!found.ok) return refused(context, found.error);
    if (tool !== undefined && found.value.every(({ name }) => name !== tool)) {
      context.terminal.complain(`There is no tool ${firstLine(tool, 40)}. See: relay tools`);
      return exitCode.failed;
    }
    if (sessionId !== undefined && tool !== undefined && rule !== undefined) {
      const policy = rule === 'settings' ? null : rule;
      const set = await relay.call('session.setToolPolicy', { sessionId, tool, policy });
      if (!set.ok) return refused(context, set.error);
      found = await list();
      if (!found.ok) return refused(context, found.error);
    }
    const shown = found.value.filter(({ name }) => tool === undefined || name === tool);
    context.terminal.write(options.json ? asJson(shown) : describe(shown));
    return exitCode.done;
  });
}

function describe(list: readonly ToolSetting[]): string {
  if (list.length === 0) return 'Tools are off in the settings (tools.enabled).\n';
  return table(
    [{ heading: 'tool' }, { heading: 'may' }, { heading: 'said by' }, { heading: 'what it does' }],
    list.map(({ name, policy, origin, description }) => [
      ...[name, policy, origins[origin]],
      firstLine(description, 60),
    ]),
  );
}
