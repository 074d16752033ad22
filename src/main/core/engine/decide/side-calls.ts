import type { CommandOf } from '../command.ts';
import { type Decide, decided } from './decision.ts';

/** What was asked beside the conversations, and what came of it; only their cost has consequences. */
export const recordReplay: Decide<CommandOf<'recordReplay'>> = (_state, command) => {
  const { kind: _kind, payload, ...about } = command;
  return decided({ type: 'replay.made', ...about, payload });
};

export const recordProposal: Decide<CommandOf<'recordProposal'>> = (_state, { payload }) =>
  decided({ type: 'proposal.made', payload });

export const recordApplied: Decide<CommandOf<'recordApplied'>> = (_state, { proposalSeq }) =>
  decided({ type: 'proposal.applied', payload: { proposalSeq } });

export const recordSideCallFailure: Decide<CommandOf<'recordSideCallFailure'>> = (
  _state,
  command,
) => {
  const { kind: _kind, payload, ...about } = command;
  return decided({ type: 'side_call.failed', ...about, payload });
};
