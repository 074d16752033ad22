/**
 * Where an open menu is put: inside the page's main part, so that a screen reader that goes by
 * landmarks comes past it.
 */
export const menuLayer = (): HTMLElement | null => document.querySelector('main');
