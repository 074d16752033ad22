import { Unplug } from 'lucide-react';
import { useRelay } from '../state/context.ts';
import { words } from '../words.ts';

/** Says that what is shown is not live, and why; goes by itself. */
export function LostConnection() {
  const isLost = useRelay((state) => state.connection === 'lost');
  const problem = useRelay((state) => state.problem);
  const hasPicture = useRelay((state) => state.snapshot !== null);
  if (!isLost) return null;
  return (
    <div className="lost" role="alert">
      <Unplug size={14} aria-hidden="true" />
      <strong>{words.connection.lost}</strong>
      <span>
        {problem} {hasPicture && words.connection.lostBody}
      </span>
    </div>
  );
}
