import * as ContextMenu from '@radix-ui/react-context-menu';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ChartNoAxesColumn, Plus, Search, Settings } from 'lucide-react';
import {
  type KeyboardEvent,
  type MouseEvent,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { SessionId } from '#shared/ids.ts';
import type { SessionStateName, SessionSummary } from '#shared/models.ts';
import { useMenuLayer } from '../../components/menu-layer.ts';
import { SessionMenuItems } from '../../components/session-menu.tsx';
import { useActions, useRelay, useView } from '../../state/context.ts';
import { groupSessions, sessionsOf } from '../../state/selectors.ts';
import { words } from '../../words.ts';
import { SessionRow } from './session-row.tsx';

type Row =
  | { kind: 'group'; state: SessionStateName; count: number }
  | { kind: 'session'; session: SessionSummary };

const groupHeight = 32;
const rowHeight = 48;
/** Of a mouse: what asks for a menu. */
const secondButton = 2;

/** The left column: every session, grouped by what it wants from the owner. */
export function SessionList() {
  // Whoever types or clicks does not wait for the list.
  const sessions = useDeferredValue(useRelay(sessionsOf));
  const isConnected = useRelay((state) => state.snapshot !== null);
  const filter = useView((state) => state.sessionFilter);
  const actions = useActions();
  const rows = useMemo(() => toRows(sessions, filter), [sessions, filter]);
  return (
    <nav className="sessions" aria-label={words.sessions.title}>
      <div className="sessions-head">
        <label className="search-field">
          <Search size={14} aria-hidden="true" />
          <input
            type="search"
            placeholder={words.sessions.search}
            aria-label={words.sessions.search}
            value={filter}
            onChange={(event) => actions.filterSessions(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return;
              actions.filterSessions('');
              event.currentTarget.blur();
            }}
          />
        </label>
      </div>
      {rows.length > 0 ? (
        <Rows rows={rows} />
      ) : (
        <div className="sessions-empty">
          {filter !== '' && <p>{words.sessions.noMatch}</p>}
          {filter === '' && isConnected && (
            <>
              <p>{words.sessions.noneHere}</p>
              <button type="button" className="text-button" onClick={actions.showFirstRun}>
                {words.sessions.firstSteps}
              </button>
            </>
          )}
        </div>
      )}
      <footer className="sessions-foot">
        <button
          type="button"
          className="foot-button"
          onClick={() => actions.showSettings('claudeCode')}
        >
          <Plus size={14} aria-hidden="true" />
          {words.sessions.connect}
        </button>
        <span className="grow" />
        <button
          type="button"
          className="icon-button"
          title={words.sessions.costs}
          aria-label={words.sessions.costs}
          onClick={() => actions.go('costs')}
        >
          <ChartNoAxesColumn size={16} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="icon-button"
          title={words.sessions.settings}
          aria-label={words.sessions.settings}
          onClick={() => actions.go('settings')}
        >
          <Settings size={16} aria-hidden="true" />
        </button>
      </footer>
    </nav>
  );
}

function Rows({ rows }: { rows: Row[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const selected = useView((state) => state.sessionId);
  const actions = useActions();
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.kind === 'group' ? groupHeight : rowHeight),
    getItemKey: (index) => keyOf(rows[index]),
    overscan: 8,
  });
  const selectedIndex = rows.findIndex(
    (row) => row.kind === 'session' && row.session.id === selected,
  );
  useEffect(() => {
    if (selectedIndex >= 0) virtualizer.scrollToIndex(selectedIndex, { align: 'auto' });
  }, [selectedIndex, virtualizer]);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const ids = sessionIds(rows);
    const at = selected === null ? -1 : ids.indexOf(selected);
    const next = ids[Math.min(ids.length - 1, Math.max(0, at + step))];
    if (next) actions.selectSession(next, 'sessions');
  };

  const [menuRowId, setMenuRowId] = useState<string>();
  const layer = useMenuLayer();
  /** One menu for all rows: of the row under the pointer, or by its key of the one that is chosen. */
  const onContextMenu = (event: MouseEvent) => {
    const target = event.target instanceof Element ? event.target : null;
    const isByKey = event.button !== secondButton && target === scroller.current;
    const chosen = selected === null ? undefined : rowId(selected);
    const sought = isByKey ? chosen : target?.closest('[role="option"]')?.id;
    setMenuRowId(sought);
    if (!sessionAt(rows, sought)) event.preventDefault();
  };
  const menuOf = sessionAt(rows, menuRowId);

  return (
    <ContextMenu.Root modal={false}>
      <ContextMenu.Trigger asChild onContextMenu={onContextMenu}>
        <div
          ref={scroller}
          className="sessions-rows"
          role="listbox"
          tabIndex={0}
          aria-label={words.sessions.title}
          aria-activedescendant={
            selected !== null && selectedIndex >= 0 ? rowId(selected) : undefined
          }
          onKeyDown={onKeyDown}
          onFocus={() => actions.setZone('sessions')}
        >
          <div
            className="virtual-space"
            role="presentation"
            style={{ height: virtualizer.getTotalSize() }}
          >
            {virtualizer.getVirtualItems().map(({ index, key, start, size }) => {
              const row = rows[index];
              if (!row) return null;
              const place = { transform: `translateY(${start}px)`, height: size };
              return (
                <div key={key} className="virtual-row" role="presentation" style={place}>
                  {row.kind === 'group' ? (
                    <GroupHead state={row.state} count={row.count} />
                  ) : (
                    <SessionRow
                      id={rowId(row.session.id)}
                      session={row.session}
                      isSelected={row.session.id === selected}
                    />
                  )}
                </div>
              );
            })}
          </div>
        </div>
      </ContextMenu.Trigger>
      <ContextMenu.Portal container={layer}>
        <ContextMenu.Content className="menu" collisionPadding={8}>
          {menuOf && <SessionMenuItems session={menuOf} kit={ContextMenu} />}
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}

function GroupHead({ state, count }: { state: SessionStateName; count: number }) {
  return (
    <div className={`group-head group-${state}`} role="presentation">
      {words.groups[state]}
      <span className="group-count">{count}</span>
    </div>
  );
}

function toRows(sessions: readonly SessionSummary[], filter: string): Row[] {
  return groupSessions(sessions, filter).flatMap(({ state, sessions: found }): Row[] => [
    { kind: 'group', state, count: found.length },
    ...found.map((session): Row => ({ kind: 'session', session })),
  ]);
}

function sessionIds(rows: readonly Row[]): SessionId[] {
  return rows.flatMap((row) => (row.kind === 'session' ? [row.session.id] : []));
}

function keyOf(row: Row | undefined): string {
  if (!row) return '';
  return row.kind === 'group' ? `group ${row.state}` : row.session.id;
}

function sessionAt(rows: Row[], id: string | undefined): SessionSummary | undefined {
  const row = rows.find((one) => one.kind === 'session' && rowId(one.session.id) === id);
  return row?.kind === 'session' ? row.session : undefined;
}

const rowId = (id: SessionId): string => `session-row-${id}`;
