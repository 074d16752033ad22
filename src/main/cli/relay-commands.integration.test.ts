import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRelayFixture, type RelayFixture } from '#core/testing/relay-fixture.ts';
import { openControlSocket } from '#headless/control-socket.ts';
import type { SessionId } from '#shared/ids.ts';
import { autonomy } from './commands/autonomy.ts';
import { drives } from './commands/drives.ts';
import { learn } from './commands/learn.ts';
import { brief, facts, pin, unpin } from './commands/memory.ts';
import { move } from './commands/move.ts';
import { setMuted } from './commands/mute.ts';
import { replay } from './commands/replay.ts';
import { request } from './commands/request.ts';
import { score, stats } from './commands/scores.ts';
import { search } from './commands/search.ts';
import { sessions } from './commands/sessions.ts';
import { tools } from './commands/tools.ts';
import type { CommandContext } from './terminal.ts';

let relay: RelayFixture;
let close: () => Promise<void>;
let context: CommandContext;
let written: string;
let complaints: string[];

beforeEach(async () => {
  relay = await openRelayFixture({
    script: (_call, n) => ({ text: n === 3 ? '- Look before you push.' : `Answer ${n}.` }),
  });
  const stopping = new AbortController();
  const control = await openControlSocket({
    ...{ home: relay.root, port: relay.relay.port, stopping: stopping.signal },
    onCrash: (error) => expect.unreachable(String(error)),
    makeInterfaceUrl: () => 'http://127.0.0.1:4000/?token=abc',
  });
  close = async () => {
    stopping.abort();
    await control.close();
    await relay[Symbol.asyncDispose]();
  };
  written = '';
  complaints = [];
  const terminal = {
    write: (text: string) => {
      written += text;
    },
    complain: (sentence: string) => void complaints.push(sentence),
    ...{ accent: (text: string) => text, muted: (text: string) => text },
    ...{ isInteractive: false, columns: 100, now: Date.now },
  };
  context = { terminal, env: {}, home: relay.root };
  relay.drop('a.json', { session_id: 's1', content: 'The parser\u001b[2J is green.' });
  await relay.take('s1');
});
afterEach(() => close());

/** What a command wrote; it must have been done. */
async function output(command: Promise<number>): Promise<string> {
  written = '';
  expect(await command, complaints.join('\n')).toBe(0);
  return written;
}

test('search, brief and facts', async () => {
  const found = await output(search(context, ['pars'], { limit: 5 }));
  expect(found).toContain('The parser');
  // The number by which the exchange is scored, replayed and looked into.
  expect(found).toMatch(/ s1 {2}session {2}x1 {2}#\d+\n/);
  expect(found).not.toContain('\u001b');
  const asJson = JSON.parse(await output(search(context, ['pars'], { limit: 5, json: true })));
  expect(asJson.excerpts[0]).toContainEqual({ text: 'pars', isMatch: true });

  expect(await output(brief(context, 's1', [], {}))).toContain('has no brief');
  await output(brief(context, 's1', ['Make', 'it', 'green.'], {}));
  expect(await output(brief(context, 's1', [], {}))).toBe('Make it green.\n');
  await output(brief(context, 's1', [], { clear: true }));
  expect(JSON.parse(await output(brief(context, 's1', [], { json: true })))).toBeNull();

  const pinned = await output(pin(context, 's1', ['Node 24.']));
  const id = /f\d+/.exec(pinned)?.[0] ?? '';
  expect(await output(facts(context, 's1', {}))).toBe(`${id}\n  Node 24.\n`);
  await output(unpin(context, id));
  expect(JSON.parse(await output(facts(context, 's1', { json: true })))).toEqual([]);
  expect(await facts(context, 'nobody', {})).toBe(1);
  expect(complaints.at(-1)).toContain('There is no session nobody');
  expect(await unpin(context, 'nonsense')).toBe(2);
  expect(complaints.at(-1)).toBe('The fact, f and a number, does not have the right form.');
});

test('request: what was sent, and how sure that is', async () => {
  const body = JSON.parse(await output(request(context, 'x1', undefined, {})));
  expect(body).toMatchObject({ model: 'claude-sonnet-5-5', stream: true });
  expect(complaints.at(-1)).toContain('it is what was sent');
  const asJson = JSON.parse(await output(request(context, 'x1', 'c1', { json: true })));
  expect(asJson).toMatchObject({ callId: 'c1', provider: 'anthropic', body });
  expect(await request(context, 'x1', 'c77', {})).toBe(1);
  expect(await request(context, 'nonsense', undefined, {})).toBe(2);
});

test('replay, score, stats and learn', async () => {
  const both = await output(replay(context, 'x1', {}));
  expect(both).toMatch(/then: reply.*\n {2}Answer 1\.[\s\S]*now: reply.*\n {2}Answer 2\./);
  expect(await replay(context, 'x1', { instructions: '/nowhere/at/all' })).toBe(1);

  expect(await output(score(context, 'x1', 'wrong'))).toBe('x1 is scored: wrong.\n');
  expect(await output(stats(context, {}))).toContain('1 sent by themselves, 1 wrong (100 %)');
  expect(JSON.parse(await output(stats(context, { json: true })))).toMatchObject({
    total: { replies: 1, wrongRate: 1 },
  });
  const shown = await output(learn(context, {}));
  expect(shown).toContain('+- Look before you push.');
  expect(shown).toContain('Nothing is changed.');
  expect((await relay.call('instructions.get', {})).text).not.toContain('Look before you push.');
  await output(score(context, 'x1', 'undo'));
  expect(await learn(context, { yes: true })).toBe(1);
  expect(await score(context, 'nonsense', 'fine')).toBe(2);
});

test('drives: off, on, of one session, what counts, and forgetting what was learnt', async () => {
  expect(await output(drives(context, undefined, {}))).toContain('Drives are off.');
  await relay.call('settings.set', { key: 'drives.enabled', value: true });
  await relay.call('settings.set', { key: 'drives.learn', value: true });
  relay.drop('b.json', { session_id: 's1', hook_event_name: 'StopFailure', error: 'api_error' });
  await relay.waitFor('session.failed');
  const one = await output(drives(context, 's1', {}));
  expect(one).toMatch(
    /^frustration 30 %, halves every 60 minutes\n {2}Some things have gone wrong/,
  );
  expect(one).toMatch(/up {4}the session broke off with an error \(event \d+\)/);
  const all = await output(drives(context, undefined, {}));
  expect(all).toMatch(/session +frustration +confidence\ns1 +30 %/);
  expect(all).toMatch(/frustration\.toolFailed +\+0\.15/);
  const asJson = JSON.parse(await output(drives(context, 's1', { json: true })));
  expect(asJson).toMatchObject({ enabled: true, drives: [{ name: 'frustration' }, {}] });

  relay.drop('c.json', { session_id: 's1', content: 'And now?' });
  await relay.take('s1');
  await output(score(context, 'x2', 'wrong'));
  expect(await output(drives(context, undefined, {}))).toMatch(/sessionFailed +\+0\.32 +10\d %/);
  expect(await output(drives(context, undefined, { reset: true }))).toContain('forgotten');
  expect(await output(drives(context, undefined, {}))).not.toMatch(/10\d %/);
  expect(await drives(context, 's1', { reset: true })).toBe(2);
  expect(await drives(context, 's9', {})).toBe(1);
  expect(complaints.at(-1)).toContain('There is no session s9.');
});

test('autonomy is shown and set, of a session that is there', async () => {
  const shown = (options = {}) => output(autonomy(context, 's1', undefined, options));
  expect(await shown()).toBe('auto: the supervisor replies by itself.\n');
  expect(await output(autonomy(context, 's1', 'draft', {}))).toContain('waits for your approval');
  expect(JSON.parse(await shown({ json: true }))).toEqual({ autonomy: 'draft' });
  for (const degree of [undefined, 'off'] as const) {
    expect(await autonomy(context, 's9', degree, {})).toBe(1);
  }
  expect(complaints).toEqual(Array(2).fill('There is no session s9. See: relay sessions'));
});

test('a session is muted, moved, and has rules of its own for tools', async () => {
  const id = 's1' as SessionId;
  const shown = async () => {
    const list = await relay.call('sessions.list', {});
    return list.find((one) => one.id === id);
  };
  expect(await output(setMuted(context, id, true))).toContain('relay inbox');
  expect(await shown()).toMatchObject({ muted: true });
  expect(await output(sessions(context, {}))).toContain('working, at work, muted');
  await output(setMuted(context, id, false));
  expect(await output(move(context, id, 'elsewhere'))).toContain('in the conversation elsewhere');
  expect(await shown()).toMatchObject({ muted: false, conversationId: 'elsewhere' });

  const about = { session: id, tool: 'bash', rule: undefined };
  expect(await output(tools(context, { ...about, rule: 'deny' }, {}))).toMatch(
    /^bash +deny +this session /m,
  );
  const [rule, ...others] = JSON.parse(await output(tools(context, about, { json: true })));
  expect([rule, others]).toMatchObject([{ policy: 'deny', origin: 'session' }, []]);
  expect(await output(tools(context, { ...about, rule: 'settings' }, {}))).toMatch(
    /^bash +ask +default /m,
  );
  expect(
    await output(tools(context, { ...about, session: undefined, tool: undefined }, {})),
  ).toMatch(/^read_file +allow/m);

  expect(await tools(context, { ...about, tool: 'bush' }, {})).toBe(1);
  for (const failing of [
    tools(context, { ...about, session: 's9' }, {}),
    setMuted(context, 's9', true),
    move(context, 's9', 'elsewhere'),
  ]) {
    expect(await failing).toBe(1);
  }
  expect(complaints).toEqual([
    'There is no tool bush. See: relay tools',
    ...Array(3).fill('There is no session s9. See: relay sessions'),
  ]);
});
