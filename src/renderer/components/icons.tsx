import type { SessionStateName } from '#shared/models.ts';

/** The shape of a session's state; its word stands beside it or in the heading above. */
export function StateShape({ state }: { state: SessionStateName }) {
  return (
    <svg className={`state-shape state-${state}`} viewBox="0 0 12 12" aria-hidden="true">
      {shapes[state]}
    </svg>
  );
}

const shapes = {
  'needs-owner': <path d="M6 0.8 11.2 6 6 11.2 0.8 6Z" />,
  working: (
    <>
      <circle className="outline" cx="6" cy="6" r="4.25" />
      <path d="M6 1.75a4.25 4.25 0 0 1 0 8.5Z" />
    </>
  ),
  waiting: (
    <>
      <circle cx="6" cy="2.75" r="1.6" />
      <circle cx="6" cy="9.25" r="1.6" />
    </>
  ),
  idle: <circle cx="6" cy="6" r="1.8" />,
  closed: <path className="outline" d="M2.5 6h7" />,
} satisfies Record<SessionStateName, React.ReactNode>;
