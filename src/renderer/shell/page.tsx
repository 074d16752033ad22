import type { ViewState } from '../state/view-store.ts';

/** What takes the place of the columns. */
export function Page({ place }: { place: Exclude<ViewState['place'], 'sessions'> }) {
  return <main className="page">{place}</main>;
}
