import { autonomies } from '#shared/autonomies.ts';
import type { SessionSummary } from '#shared/models.ts';
import { useActions } from '../../state/context.ts';
import { words } from '../../words.ts';
import { Part } from './part.tsx';

/** How far the supervisor may go by itself. */
export function AutonomyPart({ session: { id, autonomy } }: { session: SessionSummary }) {
  const actions = useActions();
  return (
    <Part title={words.details.autonomy}>
      <div className="details-line">
        <fieldset className="segments">
          <legend className="hidden-words">{words.details.autonomy}</legend>
          {autonomies.map((one) => (
            <label key={one}>
              <input
                type="radio"
                name="details-autonomy"
                className="hidden-words"
                checked={autonomy === one}
                onChange={() => void actions.setAutonomy(id, one)}
              />
              <span>{words.autonomy[one].name}</span>
            </label>
          ))}
        </fieldset>
        <span className="quiet">{words.autonomy[autonomy].means}</span>
      </div>
    </Part>
  );
}
