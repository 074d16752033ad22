import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { useActions } from '../state/context.ts';
import { words } from '../words.ts';

/** The top of a page that lies over the conversation: the way back, its name, what it offers. */
export function PageHead({ title, children }: { title: string; children?: ReactNode }) {
  const actions = useActions();
  return (
    <header className="page-head">
      <button
        type="button"
        className="icon-button"
        aria-label={words.costs.back}
        title={words.costs.back}
        onClick={actions.back}
      >
        <ArrowLeft size={16} aria-hidden="true" />
      </button>
      <h1>{title}</h1>
      {children}
    </header>
  );
}
