import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { RelayBridge } from '#shared/desktop-bridge.ts';
import type { Actions } from './actions.ts';
import type { RelayState, RelayStore } from './relay-store.ts';
import type { Sync } from './sync.ts';
import type { ViewState, ViewStore } from './view-store.ts';

/** What every part of the interface works with. */
export interface Interface {
  bridge: RelayBridge;
  relay: RelayStore;
  view: ViewStore;
  sync: Sync;
  actions: Actions;
}

export const InterfaceContext = createContext<Interface | null>(null);

export function useInterface(): Interface {
  const found = useContext(InterfaceContext);
  if (!found) throw new Error('There is no InterfaceContext above this component.');
  return found;
}

export const useActions = (): Actions => useInterface().actions;

export function useRelay<T>(select: (state: RelayState) => T): T {
  return useStore(useInterface().relay, select);
}

export function useView<T>(select: (state: ViewState) => T): T {
  return useStore(useInterface().view, select);
}
