import { useView } from '../state/context.ts';

/** The layer above the window, where one is open. */
export function Dialogs() {
  const dialog = useView((state) => state.dialog);
  if (!dialog) return null;
  return null;
}
