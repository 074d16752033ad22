import type { Drive } from './drive.ts';

/**
 * What the supervisor decided here was kept. It exists as the counterweight: without it, learning from
 * needless questions would only ever make frustration weaker, and a session that has gone well for
 * hours would be asked about as much as a new one.
 *
 * A reply that was merely taken says little, so it takes some ten of them to be told; the owner's own
 * yes says more; his no takes half away at once. It allows nothing: the words say so.
 */
export const confidence: Drive = {
  name: 'confidence',
  raisedBy: {
    replyTaken: 0.05,
    finished: 0.05,
    draftApproved: 0.2,
    proposalApproved: 0.15,
    replyFine: 0.2,
    askedNeedlessly: 0.15,
  },
  loweredBy: {
    sessionFailed: 0.1,
    saidAgain: 0.1,
    wentInCircles: 0.4,
    draftEdited: 0.2,
    draftDropped: 0.4,
    replyWrong: 0.5,
  },
  asks: 'later',
  says: [
    {
      from: 0.7,
      words:
        'Your decisions here have held for a while. Decide small things yourself; what must always be asked is asked all the same.',
    },
    {
      from: 0.4,
      words:
        'Your decisions here have mostly held. A small doubt need not go to the owner; what must always be asked is asked all the same.',
    },
  ],
};
