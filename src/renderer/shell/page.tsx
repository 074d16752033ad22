import { Costs } from '../features/costs/costs.tsx';
import { FirstRun } from '../features/first-run/first-run.tsx';
import { Settings } from '../features/settings/settings.tsx';
import type { ViewState } from '../state/view-store.ts';

/** What takes the place of the columns. */
export function Page({ place }: { place: Exclude<ViewState['place'], 'sessions'> }) {
  switch (place) {
    case 'costs':
      return <Costs />;
    case 'settings':
      return <Settings />;
    case 'first-run':
      return <FirstRun />;
  }
}
