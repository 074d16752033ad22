import { useEffect, useRef } from 'react';
import { formatCount } from '#shared/format.ts';
import type { ItemId } from '#shared/ids.ts';
import { useActions, useInterface, useRelay, useView } from '../../state/context.ts';
import { openItems } from '../../state/selectors.ts';
import { words } from '../../words.ts';
import { InboxCard } from './inbox-card.tsx';
import { Meanwhile } from './meanwhile.tsx';
import { Today } from './today.tsx';

/** The right column: what waits for the owner, and below what the day has cost. */
export function Inbox() {
  const items = useRelay(openItems);
  const chosen = useView((state) => state.itemId);
  const actions = useActions();
  const selected = items.find(({ id }) => id === chosen)?.id ?? items[0]?.id ?? null;
  useShownItem(selected);
  return (
    <aside className="inbox" aria-label={words.tabs.inbox}>
      <header className="inbox-head">
        <h2 className={items.length > 0 ? 'is-calling' : ''}>{words.inbox.title}</h2>
        {items.length > 0 && (
          <span className="inbox-count" title={formatCount(items.length, 'item')}>
            {items.length}
          </span>
        )}
      </header>
      <section
        className="inbox-items"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard too.
        tabIndex={0}
        aria-label={words.inbox.title}
        onFocus={() => actions.setZone('inbox')}
      >
        {items.length === 0 && <Meanwhile />}
        {items.map((item) => (
          <InboxCard key={item.id} item={item} isSelected={item.id === selected} />
        ))}
      </section>
      <Today />
    </aside>
  );
}

/** The host must not notify of what the owner is looking at. */
function useShownItem(selected: ItemId | null): void {
  const { bridge } = useInterface();
  const told = useRef<ItemId | null>(null);
  useEffect(() => {
    const tell = () => {
      const shown = document.hasFocus() ? selected : null;
      if (shown === told.current) return;
      told.current = shown;
      bridge.desktop?.itemShown(shown);
    };
    tell();
    window.addEventListener('focus', tell);
    window.addEventListener('blur', tell);
    return () => {
      window.removeEventListener('focus', tell);
      window.removeEventListener('blur', tell);
    };
  }, [bridge, selected]);
}
