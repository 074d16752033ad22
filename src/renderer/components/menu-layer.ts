import { useLayoutEffect, useState } from 'react';

/**
 * Where an open menu is put: inside the page's main part, so that a screen reader that goes by
 * landmarks comes past it. null until what asks is in the page itself.
 */
export function useMenuLayer(): HTMLElement | null {
  const [layer, setLayer] = useState<HTMLElement | null>(null);
  useLayoutEffect(() => setLayer(document.querySelector('main')), []);
  return layer;
}
