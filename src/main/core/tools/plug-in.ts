import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { RelayEvent } from '#shared/events.ts';
import { type AnyTool, asAnyTool, failed, type Tool, type ToolContext } from './tool.ts';

/** What stands in `manifest.json`. */
const Manifest = z.object({
  name: z.string(),
  description: z.string().max(1_000),
  /** The ES module, a file of the plug-in's own folder. */
  module: z.string().min(1).default('index.mjs'),
});

const Callable = z.custom<(...given: never[]) => unknown>((value) => typeof value === 'function');

const PlugInTool = z.object({
  name: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
  description: z.string().min(1).max(4_000),
  inputSchema: z.looseObject({ type: z.literal('object') }),
  execute: Callable,
  show: Callable.optional(),
});
type PlugInTool = z.output<typeof PlugInTool>;

/** What the module exports as its default. */
const Exported = z.object({
  tools: z.array(PlugInTool).max(20).default([]),
  /** Told of every committed event. */
  onEvent: Callable.optional(),
});

const Outcome = z.union([
  z.string().transform((output) => ({ output, isError: false })),
  z.object({ output: z.string(), isError: z.boolean().default(false) }),
]);

export interface PlugIn {
  name: string;
  tools: readonly AnyTool[];
  onEvent: ((event: RelayEvent) => void) | undefined;
}

/** @throws where there is none, or none that a manifest may be */
export async function readManifest(folder: string): Promise<z.output<typeof Manifest>> {
  return Manifest.parse(JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')));
}

/** A plug-in's tool may not hold up a conversation for ever. */
const timeLimitMs = 120_000;

/**
 * Loads one plug-in, which runs with all of Relay's own rights: only ever called for what the owner
 * has turned on.
 * @throws a sentence on what is wrong with it
 */
export async function loadPlugIn(folder: string): Promise<PlugIn> {
  const name = path.basename(folder);
  const manifest = await readManifest(folder);
  if (manifest.name !== name) throw new Error(`its manifest calls it "${manifest.name}"`);
  const root = await realpath(folder);
  const module = await realpath(path.join(root, manifest.module));
  if (!module.startsWith(`${root}${path.sep}`)) throw new Error('its module is not in its folder');
  const loaded: { default?: unknown } = await import(/* @vite-ignore */ pathToFileURL(module).href);
  const { tools, onEvent } = Exported.parse(loaded.default);
  return {
    name,
    tools: tools.map(toolOf),
    // Checked to be a function; what it does with the event is its own affair.
    onEvent: onEvent as PlugIn['onEvent'],
  };
}

function toolOf(given: PlugInTool): AnyTool {
  const { name, description, show } = given;
  const input = z.fromJSONSchema(given.inputSchema);
  const tool: Tool = {
    name,
    description,
    input,
    // Whatever it says of itself: only the owner lets it run without asking.
    policy: 'ask',
    needsPlace: false,
    // The model's input, checked by the plug-in's own schema.
    ...(show ? { show: (input) => `${name}: ${String(show(input as never))}` } : {}),
    execute: (input, context) => run(given, input, context),
  };
  return asAnyTool(tool);
}

async function run({ name, execute }: PlugInTool, input: unknown, context: ToolContext) {
  const limit = AbortSignal.timeout(timeLimitMs);
  const signal = AbortSignal.any([context.signal, limit]);
  const given = { ...context, signal };
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('ended')), { once: true });
  });
  try {
    // The same cast as above; the context is the second of its arguments.
    const call = execute as (input: unknown, context: ToolContext) => unknown;
    const outcome = Outcome.safeParse(await Promise.race([call(input, given), ended]));
    return outcome.success ? outcome.data : failed(`${name} gave neither text nor an output.`);
  } catch (error) {
    if (limit.aborted) return failed(`${name} took more than ${timeLimitMs / 1000} s.`);
    if (context.signal.aborted) return failed(`${name} was called off.`);
    throw error;
  }
}
