import { Unplug } from 'lucide-react';
import { CommandToCopy } from '../components/command-to-copy.tsx';
import { useInterface, useRelay } from '../state/context.ts';
import { words } from '../words.ts';

/** Says that what is shown is not live, why, and what to do; goes by itself. */
export function LostConnection() {
  const { bridge } = useInterface();
  const isLost = useRelay((state) => state.connection === 'lost');
  const problem = useRelay((state) => state.problem);
  const hasPicture = useRelay((state) => state.snapshot !== null);
  if (!isLost) return null;
  const { lost, lostBody, startAgain } = words.connection;
  return (
    <div className="lost" role="alert">
      <Unplug size={14} aria-hidden="true" />
      <strong>{lost}</strong>
      <span>
        {problem} {hasPicture && lostBody}
      </span>
      {/* The desktop finds another relay, or runs one itself; a page can only wait for its own. */}
      {bridge.host.kind === 'browser' && (
        <span className="lost-start">
          {startAgain} <CommandToCopy command={`relay run --port ${location.port}`} />
        </span>
      )}
    </div>
  );
}
