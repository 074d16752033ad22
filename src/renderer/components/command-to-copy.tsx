import { useActions } from '../state/context.ts';
import { words } from '../words.ts';

/** A command for a terminal; a click takes it along. */
export function CommandToCopy({ command }: { command: string }) {
  const actions = useActions();
  return (
    <button
      type="button"
      className="command"
      title={words.code.copyCommand}
      onClick={() => void actions.copy(command)}
    >
      <code>{command}</code>
    </button>
  );
}
