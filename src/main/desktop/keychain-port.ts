import type { RelayPort } from '#core/relay-port.ts';
import { editSecret } from '#core/settings/edits.ts';
import type { Home } from '#core/settings/home-paths.ts';
import { secretProblem } from '#core/settings/secrets.ts';
import type { KeyPlace } from '#shared/desktop-bridge.ts';
import { type RpcError, type RpcResult, rpc } from '#shared/rpc.ts';
import { environment } from './environment.ts';
import type { Keychain } from './keychain.ts';
import type { LinkState, RelayLink } from './link/relay-link.ts';

/**
 * The relay as the window sees it: a key it is given goes into the keychain instead of `.env`, where
 * there is a keychain and the relay is the desktop's own. One that somebody else runs must do without
 * the desktop, so it keeps its key itself.
 */
export function withKeychain(link: RelayLink, keychain: Keychain, home: Home): RelayPort {
  return {
    stream: link.stream,
    call(name, input) {
      if (name !== 'secret.set' || keyPlaceOf(link.state(), keychain).kind === 'file') {
        return link.call(name, input);
      }
      // The answer is that of the call by this name; the generic's types do not follow it there.
      return Promise.resolve(keep(keychain, home, input)) as never;
    },
  };
}

/** Where a key goes that is entered in the window now. */
export function keyPlaceOf(state: LinkState, keychain: Keychain): KeyPlace {
  const why = keychain.whyNot();
  if (why !== undefined) return { kind: 'file', why };
  if (state.kind === 'linked' && state.place !== 'attached') return { kind: 'keychain' };
  return {
    kind: 'file',
    why: 'The relay runs without this window, so it keeps its key itself: in .env (mode 0600).',
  };
}

function keep(keychain: Keychain, home: Home, input: unknown): RpcResult<Record<string, never>> {
  const parsed = rpc['secret.set'].input.safeParse(input);
  if (!parsed.success) return failure('bad-input', 'A key needs its name and a value.');
  const { name, value } = parsed.data;
  const problem = secretProblem(name, value);
  if (problem !== undefined) return failure('bad-input', problem);
  if (environment[name]?.trim()) {
    return failure('conflict', `${name} is set in the environment, which wins. Change it there.`);
  }
  const kept = keychain.set(name, value);
  if (!kept.ok) return failure('failed', kept.message);
  // What still stood in .env would win over the new one.
  const removed = editSecret(home, name, null, '.env');
  return removed.ok ? { ok: true, value: {} } : removed;
}

function failure(code: RpcError['code'], message: string): RpcResult<never> {
  return { ok: false, error: { code, message } };
}
