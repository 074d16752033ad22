import type { ApiCall, Evidence } from './evidence.ts';
import { marksIn } from './marks.ts';

/** Every accepted envelope is answered exactly once, and nothing reaches a session twice. */
export function checkAnswers(evidence: Evidence): string[] {
  return [
    ...checkQueue(evidence),
    ...checkWords(evidence),
    ...checkTexts(evidence),
    ...checkReleases(evidence),
  ];
}

function checkQueue({ queueLeft, strayFiles }: Evidence): string[] {
  return [
    ...queueLeft.map((name) => `${name} should have been accepted, and still lies in the queue.`),
    ...strayFiles.map((name) => `${name} should be gone, and is left over.`),
  ];
}

function checkWords({ words, received, calls }: Evidence): string[] {
  const failures: string[] = [];
  const inputs = received.filter((one) => one.kind === 'input');
  for (const { mark, isTypedOver, sessionId } of words) {
    const answers = inputs.filter(({ text }) => marksIn(text).includes(mark));
    const strays = answers.filter((answer) => answer.sessionId !== sessionId);
    if (strays.length > 0) failures.push(`The answer to ${mark} went to another session.`);
    if (answers.length > 1) {
      failures.push(`${mark} should be answered once, and was ${answers.length} times.`);
    }
    if (answers.length > 0 || isTypedOver || wasFinished(mark, calls)) continue;
    failures.push(`${mark} should be answered, and never was.`);
  }
  return failures;
}

/** The last thing the supervisor said of it in full was that nothing is to be sent. */
function wasFinished(mark: string, calls: readonly ApiCall[]): boolean {
  const said = calls.filter(({ about, outcome }) => about === mark && outcome === 'answered');
  return said.at(-1)?.said === 'finish';
}

function checkTexts({ received, calls, ownerWords, words }: Evidence): string[] {
  const failures: string[] = [];
  const typedOver = words.filter(({ isTypedOver }) => isTypedOver).map(({ mark }) => mark);
  const meant = new Set([
    ...calls.filter(({ said }) => said === 'reply').map(({ text }) => text),
    ...ownerWords.filter(({ directTo }) => directTo !== null).map(({ text }) => text),
  ]);
  const seen = new Set<string>();
  for (const one of received) {
    if (one.kind !== 'input') continue;
    if (!meant.has(one.text)) {
      failures.push(`${one.sessionId} got what nobody said: ${JSON.stringify(one.text)}.`);
    }
    if (seen.has(one.text)) {
      failures.push(`${one.sessionId} got the same reply twice: ${JSON.stringify(one.text)}.`);
    }
    seen.add(one.text);
  }
  for (const { text, directTo } of ownerWords) {
    const isTakenBack = marksIn(text).some((mark) => typedOver.includes(mark));
    if (directTo !== null && !seen.has(text) && !isTakenBack) {
      failures.push(`The owner's word to ${directTo} never came: ${JSON.stringify(text)}.`);
    }
  }
  return failures;
}

/** A release that nobody meant makes a session stop waiting for a reply that is still to come. */
function checkReleases({ received, words, calls }: Evidence): string[] {
  const failures: string[] = [];
  for (const sessionId of new Set(words.map((word) => word.sessionId))) {
    const own = words.filter((word) => word.sessionId === sessionId);
    const finished = own.filter(({ mark }) =>
      calls.some(({ about, said }) => about === mark && said === 'finish'),
    );
    const released = received.filter(
      (one) => one.kind === 'release' && one.sessionId === sessionId,
    ).length;
    if (released > finished.length) {
      failures.push(
        `${sessionId} should be released ${finished.length} times at most, and was ${released} times.`,
      );
    }
  }
  return failures;
}
