import type { Place, RelayBridge } from '#shared/desktop-bridge.ts';
import type { Autonomy } from '#shared/events.ts';
import type { ConversationId, ExchangeId, ItemId, SessionId } from '#shared/ids.ts';
import type { InboxItem } from '#shared/models.ts';
import type { RpcInput, RpcName, RpcOutput, RpcResult } from '#shared/rpc.ts';
import { copyText } from '../text/copy-text.ts';
import { words } from '../words.ts';
import type { RelayStore } from './relay-store.ts';
import { openItems } from './selectors.ts';
import type { Sync } from './sync.ts';
import type { Column, Dialog, ItemEditor, Theme, Toast, ViewStore } from './view-store.ts';

const via = 'inbox';
const toastMs = 6_000;

export type Actions = ReturnType<typeof createActions>;

/** Everything the owner can do, by key, click or palette; each shows its effect at once. */
export function createActions(bridge: RelayBridge, relay: RelayStore, view: ViewStore, sync: Sync) {
  let lastToast = 0;

  function toast(kind: Toast['kind'], text: string): void {
    lastToast += 1;
    const id = lastToast;
    view.setState(({ toasts }) => ({ toasts: [...toasts.slice(-2), { id, kind, text }] }));
    setTimeout(() => dismissToast(id), toastMs);
  }

  function dismissToast(id: number): void {
    view.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
  }

  /** A call whose failure the owner has to know; undefined when it failed. */
  async function call<N extends RpcName>(
    name: N,
    input: RpcInput<N>,
  ): Promise<RpcOutput<N> | undefined> {
    const result: RpcResult<RpcOutput<N>> = await bridge.call(name, input);
    if (result.ok) return result.value;
    toast('fault', result.error.message);
    return undefined;
  }

  /** Where the owner chooses in the window; as a download in a browser. */
  async function saveFile(name: string, text: string): Promise<void> {
    if (!bridge.desktop) return download(name, text);
    const saved = await bridge.desktop.saveFile(name, text);
    if (saved.kind === 'saved') toast('done', words.done.savedAs(saved.file));
    else if (saved.kind === 'failed') toast('fault', saved.why);
  }

  function selectSession(sessionId: SessionId, column: Column = 'conversation'): void {
    view.setState({
      ...{ place: 'sessions', sessionId, column, soughtSeq: null },
      isDetailsOpen: false,
    });
    markRead(sessionId);
  }

  function markRead(sessionId: SessionId): void {
    view.setState(({ readAt }) => ({ readAt: { ...readAt, [sessionId]: Date.now() } }));
  }

  /** Shows an item and the conversation it came from. */
  function selectItem(itemId: ItemId): void {
    const item = openItems(relay.getState()).find(({ id }) => id === itemId);
    view.setState(({ editor }) => ({
      place: 'sessions',
      zone: 'inbox',
      itemId,
      isDetailsOpen: false,
      editor: editor?.itemId === itemId ? editor : null,
    }));
    if (item?.sessionId) {
      view.setState({ sessionId: item.sessionId, soughtSeq: null });
      markRead(item.sessionId);
    }
  }

  function setDraft(key: string, text: string): void {
    view.setState(({ drafts: { [key]: _, ...drafts } }) => ({
      drafts: text === '' ? drafts : { ...drafts, [key]: text },
    }));
  }

  /** Takes an item out of sight, goes on to the next one, and puts it back if that was refused. */
  async function settle(itemId: ItemId, work: () => Promise<unknown>): Promise<void> {
    const items = openItems(relay.getState());
    const index = items.findIndex(({ id }) => id === itemId);
    const next = items[index + 1] ?? items[index - 1];
    relay.setState(({ settling }) => ({ settling: new Set([...settling, itemId]) }));
    view.setState({ editor: null });
    if (next) selectItem(next.id);
    else view.setState({ itemId: null });
    if ((await work()) !== undefined) {
      setDraft(itemId, '');
      sync.refresh();
      return;
    }
    relay.setState(({ settling }) => ({
      settling: new Set([...settling].filter((id) => id !== itemId)),
    }));
    view.setState({ itemId });
  }

  return {
    toast,
    dismissToast,
    call,
    selectSession,
    selectItem,
    markRead,
    setDraft,

    /** `text`: what is sent instead of a draft. */
    approve: (itemId: ItemId, text?: string) =>
      settle(itemId, () =>
        call('inbox.approve', { itemId, via, ...(text === undefined ? {} : { text }) }),
      ),
    dismiss: (itemId: ItemId) => settle(itemId, () => call('inbox.dismiss', { itemId, via })),
    answer: (itemId: ItemId, text: string, direct: boolean) =>
      settle(itemId, () => call('inbox.answer', { itemId, text, direct, via })),

    edit(mode: ItemEditor['mode'], item: InboxItem): void {
      const { drafts } = view.getState();
      if (mode === 'edit' && drafts[item.id] === undefined) setDraft(item.id, item.proposal);
      view.setState({ itemId: item.id, zone: 'inbox', editor: { itemId: item.id, mode } });
    },
    closeEditor: () => view.setState({ editor: null }),

    async togglePause(): Promise<void> {
      const { snapshot } = relay.getState();
      if (!snapshot) return;
      const paused = !snapshot.status.paused;
      const status = { ...snapshot.status, paused };
      relay.setState({ snapshot: { ...snapshot, status } });
      const done = await call(paused ? 'relay.pause' : 'relay.resume', { via });
      if (done === undefined) relay.setState({ snapshot });
      sync.refresh();
    },

    async say(conversationId: ConversationId, text: string): Promise<boolean> {
      return (await call('owner.say', { conversationId, text, via })) !== undefined;
    },
    async send(sessionId: SessionId, text: string): Promise<boolean> {
      return (await call('session.send', { sessionId, text, via })) !== undefined;
    },

    async setAutonomy(sessionId: SessionId, autonomy: Autonomy): Promise<void> {
      await call('session.setAutonomy', { sessionId, autonomy });
      sync.refresh();
    },
    async setMuted(sessionId: SessionId, muted: boolean): Promise<void> {
      await call('session.setMuted', { sessionId, muted });
      sync.refresh();
    },
    async moveSession(sessionId: SessionId, conversationId: ConversationId): Promise<void> {
      await call('session.move', { sessionId, conversationId });
      sync.refresh();
    },
    async exportSession(sessionId: SessionId, format: 'markdown' | 'jsonl'): Promise<void> {
      const found = await call('conversation.export', { sessionId, format });
      if (!found) return;
      const ending = format === 'markdown' ? 'md' : 'jsonl';
      await saveFile(`relay-${sessionId}.${ending}`, found.text);
    },
    /** The offline demo, in a tab of its own; the desktop opens it in the browser by itself. */
    async openDemo(): Promise<void> {
      // Opened while the click is being handled, since browsers stop what comes later.
      const tab = bridge.desktop === null ? window.open('', '_blank') : null;
      const demo = await call('demo.open', {});
      if (tab === null) return;
      if (demo === undefined) tab.close();
      else tab.location.replace(demo.url);
    },
    async copy(text: string): Promise<void> {
      if (await copyText(text)) toast('done', words.done.copied);
      else toast('fault', words.done.notCopied);
    },
    saveFile,
    /** Tells the owner what went wrong outside of any call of his. */
    warn: (sentence: string) => toast('fault', sentence),
    openExternal: (url: string) => bridge.openExternal(url),

    go(place: Place): void {
      if (place === 'inbox') view.setState({ place: 'sessions', column: 'inbox', zone: 'inbox' });
      else if (place === 'sessions') view.setState({ place, column: 'sessions', zone: 'sessions' });
      else view.setState({ place });
    },
    /** Back to the columns as they were. */
    back: () => view.setState({ place: 'sessions' }),
    showSettings: (settingsPart: string) => view.setState({ place: 'settings', settingsPart }),
    showColumn: (column: Column) => view.setState({ column }),
    showDialog: (dialog: Dialog) => view.setState({ dialog }),
    showReceipt: (exchangeId: ExchangeId) =>
      view.setState({ dialog: { kind: 'receipt', exchangeId } }),
    closeDialog: () => view.setState({ dialog: null }),
    showFirstRun: () => view.setState({ place: 'first-run' }),
    /** What is kept and set of a session, in place of its conversation. */
    showDetails(sessionId: SessionId): void {
      selectSession(sessionId);
      view.setState({ isDetailsOpen: true });
    },
    closeDetails: () => view.setState({ isDetailsOpen: false }),
    showEvent(sessionId: SessionId, seq: number): void {
      selectSession(sessionId);
      view.setState({ soughtSeq: seq, dialog: null });
    },
    filterSessions: (sessionFilter: string) => view.setState({ sessionFilter }),
    setComposerTarget: (composerTarget: 'supervisor' | 'direct') =>
      view.setState({ composerTarget }),
    setTheme: (theme: Theme) => view.setState({ theme }),
    setZone: (zone: 'sessions' | 'inbox') => view.setState({ zone }),
  };
}

/** As a download, where the interface is a page like any other. */
function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
