import type { RelayEvent } from '#shared/events.ts';
import type { ExchangeId } from '#shared/ids.ts';
import type { Score } from '#shared/models.ts';
import { useInterface } from '../../state/context.ts';
import { words } from '../../words.ts';
import { choicesOf, givenOf, scoresOf } from './scores.ts';

interface Props {
  exchangeId: ExchangeId;
  events: readonly RelayEvent[];
  onScored: () => void;
}

/** What the owner makes of it; the same button again takes it back. */
export function ScoreButtons({ exchangeId, events, onScored }: Props) {
  const { actions } = useInterface();
  const scores = scoresOf(events);
  const choices = choicesOf(scores);
  const given = givenOf(scores);
  if (choices.length === 0) return null;
  const set = async (score: Score) => {
    const isBack = given.includes(score);
    const kept = given.filter((other) => other !== score && other !== 'fine');
    await actions.call('exchange.score', { exchangeId, score: isBack ? null : score });
    // Taking one back takes both back.
    for (const other of isBack ? kept : []) {
      await actions.call('exchange.score', { exchangeId, score: other });
    }
    onScored();
  };
  const { score } = words.receipt;
  return (
    <fieldset className="scores">
      <legend>{score.question}</legend>
      {choices.map((choice) => (
        <button
          key={choice}
          type="button"
          className="button button-plain"
          aria-pressed={given.includes(choice)}
          title={score.means[choice]}
          onClick={() => void set(choice)}
        >
          {score.names[choice]}
        </button>
      ))}
    </fieldset>
  );
}
