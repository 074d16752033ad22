import type { ButtonHTMLAttributes } from 'react';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `main` is the one thing to do here; `quiet` has no frame until it is pointed at. */
  look?: 'main' | 'plain' | 'quiet';
  /** The key that does the same, shown beside the word. */
  hotkey?: string;
}

export function Button({ look = 'plain', hotkey, className = '', children, ...rest }: Props) {
  return (
    <button type="button" className={`button button-${look} ${className}`} {...rest}>
      {children}
      {hotkey !== undefined && (
        // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a kbd takes no focus.
        <kbd className="button-key" aria-hidden="true">
          {hotkey}
        </kbd>
      )}
    </button>
  );
}
