import { globalShortcut } from 'electron';

/** A key that brings up the inbox from anywhere. */
export interface InboxShortcut {
  /** null: none. A sentence when the system does not give the key. */
  set(accelerator: string | null): string | undefined;
}

export function inboxShortcut(onPressed: () => void): InboxShortcut {
  let current: string | null = null;
  return {
    set(accelerator) {
      if (accelerator === current) return undefined;
      if (current !== null) globalShortcut.unregister(current);
      current = null;
      if (accelerator === null) return undefined;
      try {
        if (!globalShortcut.register(accelerator, onPressed)) {
          return `The shortcut ${accelerator} (desktop.shortcut) is taken by another program. Set another one.`;
        }
        current = accelerator;
        return undefined;
      } catch {
        return `${accelerator} is no shortcut (desktop.shortcut). Try Control+Alt+J, or null for none.`;
      }
    },
  };
}
