import { Suspense } from 'react';
import { later } from '../components/later.tsx';
import type { ViewState } from '../state/view-store.ts';

const Costs = later(async () => (await import('../features/costs/costs.tsx')).Costs);
const FirstRun = later(async () => (await import('../features/first-run/first-run.tsx')).FirstRun);
const Settings = later(async () => (await import('../features/settings/settings.tsx')).Settings);

interface Props {
  place: Exclude<ViewState['place'], 'sessions'>;
}

/** What takes the place of the columns. */
export function Page({ place }: Props) {
  return (
    <Suspense fallback={<main className="page-to-come" />}>
      <PageOf place={place} />
    </Suspense>
  );
}

function PageOf({ place }: Props) {
  switch (place) {
    case 'costs':
      return <Costs />;
    case 'settings':
      return <Settings />;
    case 'first-run':
      return <FirstRun />;
  }
}
