import { describe, expect, it } from 'vitest';
import type { AskedWord } from '../command.ts';
import { type PureRelay, pureRelay } from '../testing/pure-relay.ts';

const asked = (request = '1-permission-2'): AskedWord => ({
  kind: 'asked',
  request,
  tool: 'Bash',
  input: { command: 'ls' },
  hookPid: 2,
  transcript: null,
  summary: 'Bash: ls',
  proposal: '',
  reasoning: '',
});

const answerOf = ({ state }: PureRelay) => [...state.permissions.values()][0]?.answer;
const via = 'inbox';

describe('a permission request', () => {
  it('is an inbox item that holds nothing', () => {
    const relay = pureRelay();
    relay.does(relay.envelope('s-1', asked()));
    expect(relay.onlyItem()).toMatchObject({ kind: 'permission', holds: false });
    expect(answerOf(relay)).toBeNull();
  });

  it.each([
    ['approveItem', { decision: 'allow', text: '' }],
    ['dismissItem', { decision: 'deny', text: '' }],
  ] as const)('is decided by %s', (kind, answer) => {
    const relay = pureRelay();
    relay.does(relay.envelope('s-1', asked()));
    const events = relay.does({ kind, itemId: relay.onlyItem().id, via });
    expect(events.map(({ type }) => type)).toEqual(['item.settled']);
    expect(answerOf(relay)).toEqual(answer);
    relay.does({ kind: 'closePermission', request: '1-permission-2' });
    expect(relay.state.permissions.size).toBe(0);
  });

  it.each([true, false])('is refused with the text of an answer, direct (%s) or not', (direct) => {
    const relay = pureRelay();
    relay.does(relay.envelope('s-1', asked()));
    const itemId = relay.onlyItem().id;
    const events = relay.does({ kind: 'answerItem', itemId, text: 'Use git.', direct, via });
    expect(events.map(({ type }) => type)).toEqual(['item.settled']);
    expect(answerOf(relay)).toEqual({ decision: 'answer', text: 'Use git.' });
  });

  it('is over when its session speaks or ends, and others are not', () => {
    const relay = pureRelay();
    relay.does(relay.envelope('s-1', asked()));
    relay.does(relay.envelope('s-2', asked('3-permission-4')));
    relay.says('s-1');
    expect(relay.onlyItem().sessionId).toBe('s-2');
    relay.does(relay.envelope('s-2', { kind: 'closed', reason: 'other' }));
    expect(relay.state.items.size).toBe(0);
    const answers = [...relay.state.permissions.values()].map(({ answer }) => answer?.decision);
    expect(answers).toEqual(['none', 'none']);
  });

  it('keeps the first answer', () => {
    const relay = pureRelay();
    relay.does(relay.envelope('s-1', asked()));
    relay.does({ kind: 'approveItem', itemId: relay.onlyItem().id, via });
    const late = {
      kind: 'withdrawPermission',
      request: '1-permission-2',
      via: 'terminal',
    } as const;
    expect(relay.does(late)).toEqual([]);
    expect(answerOf(relay)?.decision).toBe('allow');
  });

  it('is not closed while it is open', () => {
    const relay = pureRelay();
    relay.does(relay.envelope('s-1', asked()));
    expect(relay.does({ kind: 'closePermission', request: '1-permission-2' })).toEqual([]);
  });

  it.each([{ asksPermissions: false }, { autonomy: 'off' as const }])(
    'is left to the terminal with %j',
    (policy) => {
      const relay = pureRelay(policy);
      relay.does(relay.envelope('s-1', asked()));
      expect(relay.state.items.size).toBe(0);
      expect(answerOf(relay)).toEqual({ decision: 'none', text: '' });
    },
  );
});
