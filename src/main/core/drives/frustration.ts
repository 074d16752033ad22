import type { Drive } from './drive.ts';

/**
 * Things fail, again and again. It exists because a supervisor that reads each exchange by itself
 * tends to try once more; after some failures, somebody else should look.
 *
 * One failed command is nothing (0.15 is below the first words), two in a row are told, a draft thrown
 * away on top is "badly". The owner's look at it takes much of it away, since asking him again at once
 * would bring nothing.
 */
export const frustration: Drive = {
  name: 'frustration',
  raisedBy: {
    sessionFailed: 0.3,
    toolFailed: 0.15,
    saidAgain: 0.25,
    wentInCircles: 0.5,
    noAnswer: 0.3,
    draftEdited: 0.1,
    draftDropped: 0.3,
    replyWrong: 0.4,
  },
  loweredBy: {
    finished: 0.5,
    draftApproved: 0.3,
    proposalApproved: 0.4,
    ownerAnswered: 0.4,
    replyFine: 0.3,
  },
  asks: 'sooner',
  says: [
    {
      from: 0.75,
      words:
        'Things are going very badly. Unless the next step is certain, ask the owner now: say what was tried and what you propose.',
    },
    {
      from: 0.5,
      words:
        'Things are going badly. Ask the owner sooner than you otherwise would, above all before anything that was tried already.',
    },
    {
      from: 0.25,
      words:
        'Some things have gone wrong. Look twice before you go on, and ask the owner if the next step is a guess.',
    },
  ],
};
