import type { RpcOutput, RpcParsedInput, RpcResult } from '#shared/rpc.ts';
import type { Drives } from '../drives/drives.ts';
import type { Command } from '../engine/command.ts';
import type { Engine } from '../engine/engine.ts';

export interface DriveCallsOptions {
  engine: Engine;
  drives: Drives;
  carryOut: (command: Command) => RpcResult<Record<string, never>>;
}

/** The calls by which the owner sees how it goes with sessions, by what, and forgets what was learnt. */
export function createDriveCalls({ engine, drives, carryOut }: DriveCallsOptions) {
  return {
    'session.drives': ({
      sessionId,
    }: RpcParsedInput<'session.drives'>): RpcResult<RpcOutput<'session.drives'>> => {
      if (engine.state.sessions.has(sessionId)) {
        return { ok: true, value: drives.ofSession(sessionId) };
      }
      const message = `There is no session ${sessionId}. See: relay sessions`;
      return { ok: false, error: { code: 'not-found', message } };
    },
    'drives.list': (): RpcResult<RpcOutput<'drives.list'>> => ({
      ok: true,
      value: drives.summary(engine.state.sessions.values()),
    }),
    'drives.reset': () => carryOut({ kind: 'resetDrives' }),
  };
}
