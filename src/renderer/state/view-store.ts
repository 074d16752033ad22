import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Place } from '#shared/desktop-bridge.ts';
import type { ExchangeId, ItemId, SessionId } from '#shared/ids.ts';

/** One column at a time where the window is narrow. */
export type Column = 'sessions' | 'conversation' | 'inbox';

export type Dialog =
  | { kind: 'palette' }
  | { kind: 'keys' }
  | { kind: 'search' }
  | { kind: 'receipt'; exchangeId: ExchangeId };

/** What the owner does with an inbox item before it is sent. */
export interface ItemEditor {
  itemId: ItemId;
  mode: 'answer' | 'direct' | 'edit';
}

export interface Toast {
  id: number;
  kind: 'done' | 'fault';
  text: string;
}

export type ComposerTarget = 'supervisor' | 'direct';

/** What the owner is looking at; nothing here is known to the relay. */
export interface ViewState {
  place: Exclude<Place, 'inbox'> | 'first-run';
  column: Column;
  /** Which list J and K move in. */
  zone: 'sessions' | 'inbox';
  sessionId: SessionId | null;
  /** The session's details stand where its conversation does. */
  isDetailsOpen: boolean;
  itemId: ItemId | null;
  editor: ItemEditor | null;
  dialog: Dialog | null;
  /** The part of the settings that is shown. */
  settingsPart: string;
  sessionFilter: string;
  composerTarget: ComposerTarget;
  /** Texts not sent yet, by session or item. */
  drafts: Readonly<Record<string, string>>;
  /** The event that was searched for, to be shown and marked. */
  soughtSeq: number | null;
  toasts: readonly Toast[];
  /** When each session was last looked at, epoch milliseconds. */
  readAt: Readonly<Record<SessionId, number>>;
  /** Before this, everything counts as read. */
  firstOpenedAt: number;
  theme: Theme;
}

export type Theme = 'system' | 'light' | 'dark';

export type ViewStore = StoreApi<ViewState>;

/** Kept in this browser or window between starts. */
interface Kept {
  sessionId: SessionId | null;
  readAt: Record<SessionId, number>;
  firstOpenedAt: number;
  theme: Theme;
  isFirstRunDone: boolean;
}

const storageName = 'relay.view';

export function createViewStore(): ViewStore {
  const kept = readKept();
  const store = createStore<ViewState>(() => ({
    place: 'sessions',
    column: 'conversation',
    zone: 'inbox',
    sessionId: kept.sessionId ?? null,
    isDetailsOpen: false,
    itemId: null,
    editor: null,
    dialog: null,
    settingsPart: 'supervisor',
    sessionFilter: '',
    composerTarget: 'supervisor',
    drafts: {},
    soughtSeq: null,
    toasts: [],
    readAt: kept.readAt ?? {},
    firstOpenedAt: kept.firstOpenedAt ?? Date.now(),
    theme: kept.theme ?? 'system',
  }));
  keep(store.getState());
  store.subscribe((state, before) => {
    const isKept =
      state.sessionId !== before.sessionId ||
      state.readAt !== before.readAt ||
      state.theme !== before.theme;
    if (isKept) keep(state);
  });
  return store;
}

function keep({ sessionId, readAt, firstOpenedAt, theme }: ViewState): void {
  const { isFirstRunDone } = readKept();
  write({ sessionId, readAt, firstOpenedAt, theme, ...(isFirstRunDone ? { isFirstRunDone } : {}) });
}

export function isFirstRunDone(): boolean {
  return readKept().isFirstRunDone === true;
}

export function finishFirstRun(): void {
  write({ ...readKept(), isFirstRunDone: true });
}

function readKept(): Partial<Kept> {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(storageName) ?? '{}');
    // Written by this very module; of another version at worst, and every key may be missing.
    return typeof found === 'object' && found !== null ? (found as Partial<Kept>) : {};
  } catch {
    return {};
  }
}

function write(kept: Partial<Kept>): void {
  try {
    localStorage.setItem(storageName, JSON.stringify(kept));
  } catch {
    // Without storage the next start shows everything as read; nothing else is lost.
  }
}
