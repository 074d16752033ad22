import { useEffect } from 'react';
import type { Interface } from '../state/context.ts';
import { useInterface } from '../state/context.ts';
import { type ItemAction, itemActions } from '../state/item-actions.ts';
import { isMac } from '../state/platform.ts';
import { findSession, groupSessions, openItems, sessionsOf } from '../state/selectors.ts';

/** One set of keys for the whole window; a text field keeps its own. */
export function useKeys(): void {
  const parts = useInterface();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      if (handle(parts, event)) event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [parts]);
}

/** Does what the key stands for; false where it stands for nothing here. */
function handle(parts: Interface, event: KeyboardEvent): boolean {
  const { actions, view } = parts;
  const isCommand = isMac ? event.metaKey : event.ctrlKey;
  if (isCommand && !event.altKey && !event.shiftKey) {
    const action = commandKeys[event.key.toLowerCase()];
    if (!action) return false;
    action(parts);
    return true;
  }
  if (event.metaKey || event.ctrlKey || event.altKey) return false;
  if (view.getState().dialog !== null) {
    focusDialog(event.target);
    return false;
  }
  if (isTyping(event.target)) return false;
  if (event.key === 'Escape') return leave(parts);
  if (event.key === ' ') return isOperable(event.target) ? false : pause(parts);
  const place = placeKeys[event.key];
  if (place) {
    actions.go(place);
    return true;
  }
  if (event.key === '?') actions.showDialog({ kind: 'keys' });
  else if (event.key === '/') actions.showDialog({ kind: 'search' });
  else if (view.getState().place !== 'sessions') return false;
  else return inLists(parts, event.key.toLowerCase());
  return true;
}

const placeKeys: Partial<Record<string, 'sessions' | 'inbox' | 'costs'>> = {
  '1': 'sessions',
  '2': 'inbox',
  '3': 'costs',
};

const commandKeys: Partial<Record<string, (parts: Interface) => void>> = {
  k: ({ actions }) => actions.showDialog({ kind: 'palette' }),
  '1': ({ actions }) => actions.go('sessions'),
  '2': ({ actions }) => actions.go('inbox'),
  '3': ({ actions }) => actions.go('costs'),
  ',': ({ actions }) => actions.go('settings'),
};

function inLists(parts: Interface, key: string): boolean {
  if (key === 'j') return move(parts, 1);
  if (key === 'k') return move(parts, -1);
  if (key === 'c') return compose(parts);
  if (key === 's') return toggleDetails(parts);
  if (key === 'i') return showReceipt(parts);
  const action = itemKeys[key];
  return action ? actOnItem(parts, action) : false;
}

const itemKeys: Partial<Record<string, ItemAction>> = {
  a: 'approve',
  e: 'edit',
  r: 'answer',
  d: 'direct',
  x: 'dismiss',
};

/** The item in hand: the chosen one, else the one that has waited for longest. */
function currentItem({ relay, view }: Interface) {
  const items = openItems(relay.getState());
  const { itemId } = view.getState();
  return items.find(({ id }) => id === itemId) ?? items[0];
}

function actOnItem(parts: Interface, action: ItemAction): boolean {
  const { actions } = parts;
  const item = currentItem(parts);
  if (!item || !itemActions(item).some((choice) => choice.action === action)) return false;
  actions.showColumn('inbox');
  switch (action) {
    case 'approve':
      void actions.approve(item.id);
      break;
    case 'dismiss':
      void actions.dismiss(item.id);
      break;
    default:
      actions.edit(action, item);
  }
  return true;
}

function move(parts: Interface, step: 1 | -1): boolean {
  const { relay, view, actions } = parts;
  const state = relay.getState();
  const { zone, sessionId, sessionFilter } = view.getState();
  const items = openItems(state);
  if (zone === 'inbox' && items.length > 0) {
    const at = items.findIndex(({ id }) => id === currentItem(parts)?.id);
    const next = items[Math.min(items.length - 1, Math.max(0, at + step))];
    if (next) actions.selectItem(next.id);
    return true;
  }
  const sessions = groupSessions(sessionsOf(state), sessionFilter).flatMap((one) => one.sessions);
  const at = sessions.findIndex(({ id }) => id === sessionId);
  const next = sessions[Math.min(sessions.length - 1, Math.max(0, at + step))];
  if (next) actions.selectSession(next.id, view.getState().column);
  return true;
}

function showReceipt(parts: Interface): boolean {
  const { relay, view, actions } = parts;
  const { sessionId, zone } = view.getState();
  const item = zone === 'inbox' ? currentItem(parts) : undefined;
  const events = sessionId ? relay.getState().timelines[sessionId]?.events : undefined;
  const exchangeId =
    item?.exchangeId ?? events?.findLast((event) => event.exchangeId !== null)?.exchangeId;
  if (!exchangeId) return false;
  actions.showReceipt(exchangeId);
  return true;
}

function compose({ view, actions }: Interface): boolean {
  if (!view.getState().isDetailsOpen) return focusComposer();
  actions.closeDetails();
  // The composer comes with the conversation, in the next picture.
  requestAnimationFrame(focusComposer);
  return true;
}

function focusComposer(): boolean {
  const field = document.getElementById('composer');
  field?.focus();
  return field !== null;
}

/** A key that comes before an opening layer has the focus is typed into its field all the same. */
function focusDialog(target: EventTarget | null): void {
  const dialog = document.querySelector('dialog[open]');
  if (!dialog || (target instanceof Node && dialog.contains(target))) return;
  dialog.querySelector('input')?.focus();
}

function toggleDetails({ relay, view, actions }: Interface): boolean {
  const { sessionId, isDetailsOpen } = view.getState();
  const session = findSession(relay.getState(), sessionId);
  if (!session) return false;
  if (isDetailsOpen) actions.closeDetails();
  else actions.showDetails(session.id);
  return true;
}

function pause({ actions }: Interface): boolean {
  void actions.togglePause();
  return true;
}

function leave({ view, actions }: Interface): boolean {
  const { editor, place, isDetailsOpen } = view.getState();
  if (editor) actions.closeEditor();
  else if (place !== 'sessions') actions.back();
  else if (isDetailsOpen) actions.closeDetails();
  else return false;
  return true;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) {
    return !['radio', 'checkbox', 'button', 'range'].includes(target.type);
  }
  return ['TEXTAREA', 'SELECT'].includes(target.tagName) || target.isContentEditable;
}

/** Space belongs to what has the focus where that does something with it. */
function isOperable(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const role = target.getAttribute('role') ?? '';
  return ['BUTTON', 'INPUT', 'SUMMARY', 'A'].includes(target.tagName) || /^menuitem/.test(role);
}
