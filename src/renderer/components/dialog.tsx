import { X } from 'lucide-react';
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { words } from '../words.ts';

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** `bar`: a field with results at the top, its title only for screen readers. */
  shape?: 'page' | 'bar';
}

/**
 * A modal layer: the browser's own `dialog` element keeps the focus inside, closes with Esc and
 * gives the focus back.
 */
export function Dialog({ title, onClose, children, shape = 'page' }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const titleId = useId();
  // In the same breath as it appears: what is typed next belongs to its field.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
    // A page is read first: its close button must not stand there as if it were to be pressed.
    const first = shape === 'page' ? body.current : body.current?.querySelector('input');
    first?.focus();
    return () => element?.close();
  }, [shape]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc does the same, by the element itself.
    <dialog
      ref={dialog}
      className={`dialog dialog-${shape}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        // The backdrop belongs to the element; what is inside covers all the rest of it.
        if (event.target === dialog.current) onClose();
      }}
    >
      <div ref={body} className="dialog-body" tabIndex={-1}>
        <header className={shape === 'bar' ? 'hidden-words' : 'dialog-head'}>
          <h2 id={titleId}>{title}</h2>
          {shape === 'page' && (
            <button
              type="button"
              className="icon-button"
              onClick={onClose}
              title={words.close}
              aria-label={words.close}
            >
              <X size={16} aria-hidden="true" />
            </button>
          )}
        </header>
        {children}
      </div>
    </dialog>
  );
}
