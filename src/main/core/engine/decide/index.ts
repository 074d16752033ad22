import type { Command, CommandKind, CommandOf } from '../command.ts';
import type { RelayState } from '../state.ts';
import { failCall, finishCall, interruptCall, remindSupervisor, startCall } from './calls.ts';
import type { Circumstances, Decide, Decision } from './decision.ts';
import { recordRestore, reportDisk } from './disk.ts';
import {
  doubtHandOver,
  markClaimed,
  markReleased,
  markWithdrawn,
  markWritten,
} from './dispatches.ts';
import { learnDrives, resetDrives, tellDrives } from './drives.ts';
import { acceptEnvelope, rejectEnvelope, repeatEnvelope } from './envelopes.ts';
import { recheck } from './guards.ts';
import { importHistory } from './history.ts';
import { answerItem, approveItem, dismissItem, say, sendDirect, takeOwnerInput } from './items.ts';
import { editFact, pinFact, setBrief, unpinFact } from './memory.ts';
import { closePermission, withdrawPermission } from './permissions.ts';
import { takePhoneWord } from './phone.ts';
import {
  markNotified,
  pause,
  recordInstructions,
  recordSummary,
  resume,
  startRelay,
  stopRelay,
} from './relay.ts';
import { scoreExchange } from './scores.ts';
import { moveSession, setAutonomy, setMuted } from './sessions.ts';
import {
  recordApplied,
  recordProposal,
  recordReplay,
  recordSideCallFailure,
} from './side-calls.ts';
import { answerDangling, answerTool, askTool, setToolPolicy } from './tools.ts';

const deciders: { [K in CommandKind]: Decide<CommandOf<K>> } = {
  startRelay,
  stopRelay,
  pause,
  resume,
  acceptEnvelope,
  repeatEnvelope,
  rejectEnvelope,
  startCall,
  finishCall,
  failCall,
  askTool,
  answerTool,
  withdrawPermission,
  closePermission,
  interruptCall,
  remindSupervisor,
  recordSummary,
  recordInstructions,
  markWritten,
  markClaimed,
  markWithdrawn,
  doubtHandOver,
  markReleased,
  markNotified,
  answerItem,
  approveItem,
  dismissItem,
  sendDirect,
  say,
  takeOwnerInput,
  takePhoneWord,
  setAutonomy,
  setMuted,
  setToolPolicy,
  pinFact,
  editFact,
  unpinFact,
  setBrief,
  scoreExchange,
  tellDrives,
  learnDrives,
  resetDrives,
  recordReplay,
  recordProposal,
  recordApplied,
  recordSideCallFailure,
  moveSession,
  recheck,
  reportDisk,
  recordRestore,
  importHistory,
};

/**
 * What becomes of a command: the events it makes, or why it cannot be carried out. Pure: the same
 * state, command and circumstances give the same decision, and nothing is changed.
 */
export function decide(state: RelayState, command: Command, given: Circumstances): Decision {
  // The table has the decider for exactly this kind; the compiler cannot follow the pairing.
  const decider = deciders[command.kind] as Decide<Command>;
  return answerDangling(state, decider(state, command, given));
}
