import { z } from 'zod';
import type { ToolPolicy } from '#shared/events.ts';
import type { ToolSetting } from '#shared/models.ts';
import type { ToolDefinition, ToolUse } from '../supervisor/supervisor.ts';
import { capText } from './capped-text.ts';
import {
  type AnyTool,
  failed,
  type ToolAsker,
  type ToolContext,
  type ToolPlace,
  type ToolResult,
} from './tool.ts';

/** What a use of a tool comes down to, before anything has been done. */
export type PreparedUse =
  | { kind: 'refused'; output: string }
  | {
      kind: 'ready';
      policy: ToolPolicy;
      /** Exactly what would be done. */
      shows: string;
      /** Never throws; the output is capped. */
      run(context: Omit<ToolContext, 'asker'>): Promise<ToolResult>;
    };

type Ready = Extract<PreparedUse, { kind: 'ready' }>;

export interface ToolboxOptions {
  /** In a fixed order: another order voids the prompt cache. */
  tools: () => readonly AnyTool[];
  /** Of the settings; undefined where they say nothing of a tool. */
  policyOf: (toolName: string) => ToolPolicy | undefined;
  onBug: (toolName: string, error: unknown) => void;
}

/** All tools by name: what a request offers, and what becomes of a use. */
export interface Toolbox {
  /** All of them with what they may do, for the owner. */
  list(ofSession: ReadonlyMap<string, ToolPolicy>): ToolSetting[];
  definitions(place: ToolPlace | null): readonly ToolDefinition[];
  /** Unknown tools and input that does not fit are refused with words for the model. */
  prepare(
    use: ToolUse,
    place: ToolPlace | null,
    ofSession: ReadonlyMap<string, ToolPolicy>,
    asker?: ToolAsker,
  ): PreparedUse;
}

export function createToolbox({ tools, policyOf, onBug }: ToolboxOptions): Toolbox {
  const made = new Map<AnyTool, ToolDefinition>();

  function define(tool: AnyTool): ToolDefinition {
    const known = made.get(tool);
    if (known) return known;
    const { $schema: _, ...inputSchema } = z.toJSONSchema(tool.input, { io: 'input' });
    const definition = { name: tool.name, description: tool.description, inputSchema };
    made.set(tool, definition);
    return definition;
  }

  function isOffered(tool: AnyTool, place: ToolPlace | null): boolean {
    return (place !== null || !tool.needsPlace) && policyOf(tool.name) !== 'deny';
  }

  return {
    list: (ofSession) =>
      tools().map(({ name, description, policy: byDefault }) => {
        const bySession = ofSession.get(name);
        const bySettings = policyOf(name);
        const policy = bySession ?? bySettings ?? byDefault;
        const origin = bySession ? 'session' : bySettings ? 'settings' : 'default';
        return { name, description, policy, origin };
      }),

    definitions: (place) =>
      tools()
        .filter((tool) => isOffered(tool, place))
        .map(define),

    prepare({ name, input }, place, ofSession, asker) {
      const tool = tools().find((candidate) => candidate.name === name);
      if (!tool) {
        const names = tools().filter((known) => isOffered(known, place));
        const list = names.map((known) => known.name).join(', ');
        return refused(`There is no tool "${name}". There are: ${list || 'none'}.`);
      }
      if (tool.needsPlace && !place) {
        return refused(`${name} works in a session's folder, and none is known here.`);
      }
      const parsed = tool.input.safeParse(input);
      if (!parsed.success) {
        return refused(`The input does not fit ${name}: ${z.prettifyError(parsed.error)}`);
      }
      const general = ofSession.get(name) ?? policyOf(name) ?? tool.policy;
      const policy = tool.judge?.(parsed.data, general, asker) ?? general;
      const shows = tool.show?.(parsed.data) ?? `${name} ${JSON.stringify(parsed.data)}`;
      const start: Ready['run'] = (context) =>
        run(tool, parsed.data, { ...context, ...(asker ? { asker } : {}) });
      return { kind: 'ready', policy, shows, run: start };
    },
  };

  async function run(tool: AnyTool, input: never, context: ToolContext): Promise<ToolResult> {
    try {
      const { output, isError } = await tool.execute(input, context);
      return { output: capText(output.toWellFormed()), isError };
    } catch (error) {
      onBug(tool.name, error);
      const why = error instanceof Error ? error.message : String(error);
      return failed(`${tool.name} broke down: ${capText(why, 2_000)}`);
    }
  }
}

const refused = (output: string): PreparedUse => ({ kind: 'refused', output });
