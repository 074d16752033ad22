import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Answer, MessagesCall } from '#demo/messages-api.ts';
import type { RpcInput, RpcName, RpcOutput } from '#shared/rpc.ts';
import { type Said, seedExchanges } from '../../e2e/support/seed-history.ts';

const hour = 3_600_000;
const conversationOf = (attack: string) => `/tmp/${attack}`;

/** A home in which everything that was ever said is an attack; written before a relay opens it. */
export async function seedHostileHome(home: string, attacks: readonly string[]): Promise<void> {
  const start = Date.now() - 5 * hour;
  const at = (index: number) => attacks[index % attacks.length] ?? '';
  const exchanges = attacks.map((attack, index): Said => {
    const session = `hostile-${index % 3}`;
    return {
      ...{
        sessionId: session,
        conversationId: conversationOf(at(index % 3)),
        at: start + index * 60_000,
      },
      ...{ said: `Said ${index}. ${attack}`, answer: `Answer ${index}. ${attack}` },
      model: attack,
      ...(index % 7 === 0
        ? {
            asked: {
              question: attack,
              proposal: attack,
              owner: attack,
              score: 'needless',
            } as const,
          }
        : {}),
      ...(index % 11 === 0 ? { draft: { sent: `${attack} edited` } } : {}),
    };
  });
  const sessions = [0, 1, 2].map((index) => ({
    ...{ id: `hostile-${index}`, title: at(index * 29 + 7), cwd: conversationOf(at(index)) },
    project: conversationOf(at(index)),
  }));
  await seedExchanges(
    home,
    sessions,
    exchanges,
    sessions.map(({ project }, index) => ({
      conversationId: project,
      exchanges: 3,
      text: at(index * 17),
    })),
  );
}

/** Keys that nobody knows, names of models and rules: what the settings view and its problems show. */
export function hostileConfig(attacks: readonly string[]): string {
  const some = attacks.filter((attack) => attack.isWellFormed()).slice(0, 60);
  const table = (value: unknown) =>
    JSON.stringify(Object.fromEntries(some.slice(0, 12).map((attack) => [attack, value])));
  const [model = 'x', shortcut = 'y'] = [some[3], some[40]];
  return [
    'autonomy: auto',
    `supervisor: {summaryModel: ${JSON.stringify(model)}, baseUl: ${JSON.stringify(model)}}`,
    `desktop: {shortcut: ${JSON.stringify(shortcut)}}`,
    `tools: {policies: ${table('perhaps')}, bashRules: ${table('ask')}, plugins: ${table(true)}}`,
    `prices: ${table({ input: 1, output: 'x' })}`,
    `drives: {weights: ${table(2)}}`,
    ...some.map((attack) => `${JSON.stringify(attack)}: 1`),
    '',
  ].join('\n');
}

/** What the supervisor says to a live word: one attack each, in every form that it can answer. */
export function hostileAnswer({ lastText }: MessagesCall, attacks: readonly string[]): Answer {
  const number = Number(/live (\d+)/.exec(lastText)?.[1] ?? 0);
  const attack = attacks[number % attacks.length] ?? '';
  switch (number % 4) {
    case 0:
      return {
        ...{ text: attack, tool: 'escalate' },
        input: { question: attack || 'x', proposal: attack, reasoning: attack },
      };
    case 1:
      return { text: attack, tool: 'bash', input: { command: `${attack} # bash` } };
    case 2:
      return { fault: { status: 401, message: attack } };
    default:
      return { text: `Live answer ${number}. ${attack}` };
  }
}

/** A relay as far as it is attacked: by files and calls. */
export interface AttackedRelay {
  home: string;
  userHome: string;
  /** Rejects when it is refused. */
  call<N extends RpcName>(name: N, input: RpcInput<N>): Promise<RpcOutput<N>>;
}

/** Everything that comes in while it runs, and everything that a call can set. */
export async function attackLive(
  relay: AttackedRelay,
  attacks: readonly string[],
  many: number,
): Promise<void> {
  const at = (index: number) => attacks[index % attacks.length] || 'x';
  for (let index = 0; index < many; index += 1) {
    const attack = at(index * 5);
    const envelope = {
      ...{ session_id: `live-${index % 8}`, content: `live ${index} ${attack}`, title: attack },
      ...{ cwd: relay.userHome, source: attack, id: `${attack}${index}`, ts: attack },
      ...{ meta: { [attack]: attack }, [attack]: attack },
    };
    lay(relay.home, `live-${String(index).padStart(4, '0')}.json`, JSON.stringify(envelope));
  }
  const hooks = [
    {
      hook_event_name: 'PermissionRequest',
      tool_name: at(1),
      tool_input: { command: at(2), x: at(3) },
    },
    { hook_event_name: 'StopFailure', error: at(4), last_assistant_message: at(5) },
    { hook_event_name: 'Notification', notification_type: at(6), message: at(7) },
    { hook_event_name: 'SessionEnd', reason: at(8) },
    { hook_event_name: 'UserPromptSubmit', prompt: at(9) },
    { hook_event_name: 'Unheard', message: at(10) },
  ];
  for (const [index, hook] of hooks.entries()) {
    const name = index === 0 ? '1-permission-1.json' : `hook-${index}.json`;
    lay(relay.home, name, JSON.stringify({ session_id: `hook-${index}`, ...hook }));
  }
  layOdd(relay.home, attacks);
  for (let index = 0; index < 3; index += 1) {
    // Literals that fit their brands.
    const sessionId = `hostile-${index}` as never;
    const conversationId = conversationOf(at(index)) as never;
    await relay.call('session.setBrief', { sessionId, text: at(index * 13 + 5) });
    for (const attack of attacks.slice(index * 20, index * 20 + 20)) {
      await relay.call('facts.pin', { conversationId, text: attack }).catch(() => {});
    }
    await relay.call('session.send', { sessionId, text: at(index * 31 + 2), via: 'inbox' });
  }
  await relay.call('instructions.set', { text: attacks.join('\n\n') });
  await relay.call('owner.say', { text: at(77), conversationId: at(78) as never, via: 'inbox' });
}

function lay(home: string, name: string, text: string): void {
  const hidden = path.join(home, 'queue', '.laid');
  writeFileSync(hidden, text);
  renameSync(hidden, path.join(home, 'queue', name));
}

/** Files of hostile names and content, and plug-ins that say of themselves what they like. */
function layOdd(home: string, attacks: readonly string[]): void {
  for (const [index, attack] of attacks.entries()) {
    const name = attack.replaceAll('/', '_').replaceAll('\0', '').slice(0, 60).toWellFormed();
    lay(home, `odd${index}${name}.json`, `{"session_id": ${JSON.stringify(attack)}`);
  }
  for (const index of [0, 1, 2]) {
    const attack = attacks[index * 23] ?? '';
    const folder = path.join(home, 'tools', `plug${index}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      path.join(folder, 'manifest.json'),
      JSON.stringify({
        name: attack,
        description: attack,
        version: attack,
        main: attack,
        tools: [attack],
      }),
    );
  }
}
