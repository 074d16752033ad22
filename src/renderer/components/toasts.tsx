import { Check, TriangleAlert, X } from 'lucide-react';
import { useActions, useView } from '../state/context.ts';
import { words } from '../words.ts';

/** What has just been done or could not be; read out by screen readers. */
export function Toasts() {
  const toasts = useView((state) => state.toasts);
  const { dismissToast } = useActions();
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, kind, text }) => (
        <div key={id} className={`toast toast-${kind}`}>
          {kind === 'done' ? (
            <Check size={14} aria-hidden="true" />
          ) : (
            <TriangleAlert size={14} aria-hidden="true" />
          )}
          <p>{text}</p>
          <button
            type="button"
            className="icon-button"
            aria-label={words.close}
            onClick={() => dismissToast(id)}
          >
            <X size={12} aria-hidden="true" />
          </button>
        </div>
      ))}
    </div>
  );
}
