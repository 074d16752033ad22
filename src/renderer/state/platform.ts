export const isMac = /mac/i.test(navigator.platform);
/** Ctrl on Linux and Windows, Cmd on macOS; to stand before another key. */
export const commandKey = isMac ? '⌘' : 'Ctrl ';

/** Whether that key is held down. */
export const isCommandKey = ({ metaKey, ctrlKey }: { metaKey: boolean; ctrlKey: boolean }) =>
  isMac ? metaKey : ctrlKey;
