import { useEffect } from 'react';
import { useInterface } from '../state/context.ts';

/** Goes where the tray, a notification or the menu of the desktop asks to. */
export function useHost(): void {
  const { bridge, actions } = useInterface();
  useEffect(() => {
    const { desktop } = bridge;
    if (!desktop) return;
    const stops = [
      desktop.onOpenItem((itemId) => {
        actions.selectItem(itemId);
        actions.showColumn('inbox');
      }),
      desktop.onNavigate((place) => actions.go(place)),
      desktop.onProblem((sentence) => actions.warn(sentence)),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [bridge, actions]);
}
