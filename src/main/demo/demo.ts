import { formatCount, formatTokens, formatUsd } from '#shared/format.ts';
import type { CostSummary, SessionSummary } from '#shared/models.ts';
import { createNarrator, type Passage, seconds } from './narrator.ts';
import { fastPace, humanPace } from './pace.ts';
import { type DemoTerminal, printParagraph, printPassage } from './printed-story.ts';
import { type Demo, startDemo } from './start-demo.ts';

export interface DemoOptions {
  terminal: DemoTerminal;
  /** As quick as it goes, where nobody watches. */
  fast: boolean;
  /** One JSON object at the end instead of the story. */
  json: boolean;
  /** Leaves the home where it is. */
  keep: boolean;
}

/**
 * The whole loop offline, told as it happens. Ends by itself; resolves with the exit code, 1 with a
 * sentence where something did not go as it should. Leaves nothing behind unless it is to be kept.
 */
export async function runDemo(options: DemoOptions): Promise<number> {
  const { terminal, json } = options;
  const pace = options.fast ? fastPace : humanPace;
  const interrupt = new AbortController();
  const stopListening = onInterrupt(() => interrupt.abort(new Interrupted()));
  const signal = AbortSignal.any([interrupt.signal, AbortSignal.timeout(pace.deadlineMs)]);
  const passages: Passage[] = [];
  let demo: Demo | undefined;
  try {
    demo = await startDemo({ pace, signal });
    if (!json) terminal.write(opening(demo, terminal));
    const narrator = createNarrator();
    demo.relay.port.stream(0, (item) => {
      if (item.kind !== 'event') return;
      for (const passage of narrator.tell(item.event)) {
        passages.push(passage);
        if (!json) terminal.write(printPassage(passage, terminal));
      }
    });
    const startedAt = performance.now();
    await demo.play();
    const result = await resultOf(demo, performance.now() - startedAt, options.keep);
    terminal.write(
      json ? `${JSON.stringify({ ...result, story: passages }, null, 2)}\n` : closing(result),
    );
    return 0;
  } catch (error) {
    terminal.complain(sentenceFor(error, passages));
    return 1;
  } finally {
    stopListening();
    await demo?.stop({ keepHome: options.keep });
  }
}

class Interrupted extends Error {}

function onInterrupt(act: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, act);
  return () => {
    for (const signal of signals) process.off(signal, act);
  };
}

function sentenceFor(error: unknown, passages: readonly Passage[]): string {
  const cause = error instanceof Error && error.name === 'AbortError' ? error.cause : error;
  if (cause instanceof Interrupted) return 'The demo was stopped; nothing of it is left.';
  const last = passages.at(-1)?.text.split('\n', 1)[0] ?? 'nothing';
  if (cause instanceof Error && cause.name === 'TimeoutError') {
    return `The demo did not end in time; the last that happened: ${last}. Run it again, with --keep to look at its logs.`;
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  return `The demo failed: ${why}. Run it again with --keep to look at its home.`;
}

interface DemoResult {
  home: string;
  isHomeKept: boolean;
  durationMs: number;
  exchanges: number;
  cost: CostSummary;
  sessions: SessionSummary[];
}

async function resultOf(demo: Demo, durationMs: number, isHomeKept: boolean): Promise<DemoResult> {
  const { port, home } = demo.relay;
  const [cost, sessions] = await Promise.all([
    port.call('cost.summary', {}),
    port.call('sessions.list', {}),
  ]);
  if (!cost.ok) throw new Error(cost.error.message);
  if (!sessions.ok) throw new Error(sessions.error.message);
  const exchanges = sessions.value.reduce((sum, session) => sum + session.exchanges, 0);
  const results = { cost: cost.value, sessions: sessions.value };
  return { home: home.root, isHomeKept, durationMs, exchanges, ...results };
}

function opening({ relay, apiUrl }: Demo, terminal: DemoTerminal): string {
  const what = `The whole loop, offline: three scripted sessions and a scripted supervisor (${apiUrl}). Everything between them is the relay as you will run it: files, database, HTTP, prices.`;
  return `${printParagraph(what, terminal)}${terminal.muted(`Home: ${relay.home.root}`)}\n`;
}

function closing({ home, isHomeKept, durationMs, exchanges, cost }: DemoResult): string {
  const { tokens } = cost;
  const input = tokens.input + tokens.cacheRead + tokens.cacheWrite5m + tokens.cacheWrite1h;
  const rows: [string, string][] = [
    ['exchanges', `${exchanges} in ${seconds(durationMs)}, ${formatCount(cost.calls, 'call')}`],
    ['tokens', `${formatTokens(input)} in, ${formatTokens(tokens.output)} out`],
    ['cost', `${formatUsd(cost.totalUsd)} at list prices, had the supervisor been real`],
    ['cache', `${formatTokens(tokens.cacheRead)} read, saved ${formatUsd(cost.savedByCacheUsd)}`],
    ['home', isHomeKept ? home : `${home}, removed again (--keep leaves it)`],
  ];
  const table = rows.map(([name, text]) => `  ${name.padEnd(11)}${text}\n`).join('');
  const next: [string, string][] = [
    ['npx relay connect claude-code', 'let your own sessions speak to it'],
    ['npx relay run', 'the relay, with its interface in the browser'],
  ];
  const commands = next.map(([command, what]) => `  ${command.padEnd(31)}${what}\n`).join('');
  return `\n${table}\nFor real, with an API key of your own:\n${commands}`;
}
