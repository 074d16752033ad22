import { Suspense, useEffect } from 'react';
import { later } from '../components/later.tsx';
import { Toasts } from '../components/toasts.tsx';
import { Conversation } from '../features/conversation/conversation.tsx';
import { Inbox } from '../features/inbox/inbox.tsx';
import { SessionList } from '../features/sessions/session-list.tsx';
import { StatusBar } from '../features/status-bar/status-bar.tsx';
import { useInterface, useRelay, useView } from '../state/context.ts';
import { openItems } from '../state/selectors.ts';
import type { Column } from '../state/view-store.ts';
import { words } from '../words.ts';
import { Dialogs } from './dialogs.tsx';
import { LostConnection } from './lost-connection.tsx';
import { Page } from './page.tsx';
import { useFirstLook } from './use-first-look.ts';
import { useHost } from './use-host.ts';
import { useKeys } from './use-keys.ts';

const SessionDetails = later(
  async () => (await import('../features/details/details.tsx')).SessionDetails,
);

/** The window: three columns with a line below, or a page in place of the columns. */
export function App() {
  const { bridge } = useInterface();
  const place = useView((state) => state.place);
  const column = useView((state) => state.column);
  const isDetailsOpen = useView((state) => state.isDetailsOpen);
  const theme = useView((state) => state.theme);
  useKeys();
  useHost();
  useFirstLook();
  useTitle();
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  const platform = bridge.host.kind === 'desktop' ? bridge.host.platform : 'browser';
  return (
    <div className="window" data-column={column} data-platform={platform}>
      <LostConnection />
      {place === 'sessions' ? (
        <>
          <Tabs />
          <main className="columns">
            <SessionList />
            <Suspense fallback={<section className="conversation" />}>
              {isDetailsOpen ? <SessionDetails /> : <Conversation />}
            </Suspense>
            <Inbox />
          </main>
        </>
      ) : (
        <Page place={place} />
      )}
      <StatusBar />
      <Toasts />
      <Dialogs />
    </div>
  );
}

/** In a narrow window the columns fold to these. */
function Tabs() {
  const { actions } = useInterface();
  const column = useView((state) => state.column);
  const count = useRelay((state) => openItems(state).length);
  const columns: Column[] = ['sessions', 'conversation', 'inbox'];
  return (
    <nav className="tabs" aria-label={words.name}>
      {/* The conversation's title is the page's; where it is folded away, the column's name is. */}
      <h1 className="hidden-words tabs-title">{words.tabs[column]}</h1>
      {columns.map((name) => (
        <button
          key={name}
          type="button"
          className="tab"
          aria-current={column === name}
          onClick={() => actions.showColumn(name)}
        >
          {words.tabs[name]}
          {name === 'inbox' && count > 0 && <span className="tab-count">{count}</span>}
        </button>
      ))}
    </nav>
  );
}

/** The number stands in the title too, where a taskbar or a browser tab shows it. */
function useTitle(): void {
  const count = useRelay((state) => openItems(state).length);
  useEffect(() => {
    document.title = count > 0 ? `(${count}) ${words.name}` : words.name;
  }, [count]);
}
