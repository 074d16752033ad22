import type { ReactNode } from 'react';
import { useId } from 'react';

interface Props {
  title: string;
  /** What it is good for; left out where the title says it. */
  body?: string;
  /** Small, beside the title. */
  aside?: ReactNode;
  children: ReactNode;
}

/** One part of a session's details. */
export function Part({ title, body, aside, children }: Props) {
  const id = useId();
  return (
    <section className="details-part" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <span className="details-aside">{aside}</span>}
      </header>
      {body !== undefined && <p className="details-about">{body}</p>}
      {children}
    </section>
  );
}
