import type { RelayBridge, WindowWithRelay } from '#shared/desktop-bridge.ts';
import { connectByHttp } from './relay-client.ts';

/** The relay as this page reaches it: through the desktop window's preload script, or by HTTP. */
export function findBridge(): RelayBridge {
  // The preload script puts it there before any script of the page runs.
  return (window as WindowWithRelay).relay ?? connectByHttp();
}
