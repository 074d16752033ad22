import { Command } from 'cmdk';
import { Suspense, useState } from 'react';
import { flushSync } from 'react-dom';
import type { SessionSummary } from '#shared/models.ts';
import { Dialog } from '../../components/dialog.tsx';
import { StateShape } from '../../components/icons.tsx';
import { later } from '../../components/later.tsx';
import type { Actions } from '../../state/actions.ts';
import { useActions, useInterface, useRelay, useView } from '../../state/context.ts';
import { findSession, openItems, sessionsOf } from '../../state/selectors.ts';
import { harmlessLine } from '../../text/harmless.ts';
import { sessionName } from '../../text/session-name.ts';
import { words } from '../../words.ts';
import { type EntriesProps, Section } from './entries.tsx';
import { rank } from './rank.ts';

// The schemas of the settings would hold up the first picture.
const SettingEntries = later(async () => (await import('./setting-entries.tsx')).SettingEntries);

/** Every action, item, session and setting by name. */
export function Palette() {
  const actions = useActions();
  const [typed, setTyped] = useState('');
  const isFlat = typed.trim() !== '';
  const run = (work: () => unknown) => () => {
    // The layer gives the focus back first, so that what is done may take it; at once, since the
    // next key may be meant for that already.
    flushSync(actions.closeDialog);
    work();
  };
  return (
    <Dialog title={words.palette.title} shape="bar" onClose={actions.closeDialog}>
      <Command label={words.palette.title} loop filter={rank}>
        <div className="bar-field">
          <Command.Input
            autoFocus
            value={typed}
            onValueChange={setTyped}
            placeholder={words.palette.placeholder}
          />
        </div>
        <Command.List className="bar-results">
          <Command.Empty className="bar-note">{words.palette.none}</Command.Empty>
          <ItemEntries run={run} isFlat={isFlat} />
          <ActionEntries run={run} isFlat={isFlat} />
          <SessionEntries run={run} isFlat={isFlat} />
          <Suspense fallback={null}>
            <SettingEntries run={run} isFlat={isFlat} />
          </Suspense>
        </Command.List>
      </Command>
    </Dialog>
  );
}

function ItemEntries({ run, isFlat }: EntriesProps) {
  const items = useRelay(openItems);
  const actions = useActions();
  if (items.length === 0) return null;
  return (
    <Section isFlat={isFlat} heading={words.palette.groups.inbox}>
      {items.map(({ id, summary, title, sessionId }) => (
        <Command.Item
          key={id}
          className="bar-row"
          value={`${id} ${summary}`}
          onSelect={run(() => {
            actions.selectItem(id);
            actions.showColumn('inbox');
          })}
        >
          <StateShape state="needs-owner" />
          <span className="bar-row-text">{harmlessLine(summary)}</span>
          <span className="quiet">{harmlessLine(title ?? sessionId ?? '')}</span>
        </Command.Item>
      ))}
    </Section>
  );
}

function SessionEntries({ run, isFlat }: EntriesProps) {
  const sessions = useRelay(sessionsOf);
  const actions = useActions();
  return (
    <Section isFlat={isFlat} heading={words.palette.groups.sessions}>
      {sessions.map((session) => (
        <Command.Item
          key={session.id}
          className="bar-row"
          value={`${sessionName(session)} ${session.id}`}
          onSelect={run(() => actions.selectSession(session.id))}
        >
          <StateShape state={session.state} />
          <span className="bar-row-text">{sessionName(session)}</span>
          <span className="quiet">{words.groups[session.state]}</span>
        </Command.Item>
      ))}
    </Section>
  );
}

type Entry = [name: string, work: () => unknown, key?: string];

const sessionEntries = (session: SessionSummary, actions: Actions): Entry[] => [
  [words.actions.details(sessionName(session)), () => actions.showDetails(session.id), 'S'],
  [words.actions.exportMarkdown, () => actions.exportSession(session.id, 'markdown')],
];

function ActionEntries({ run, isFlat }: EntriesProps) {
  const { actions, view } = useInterface();
  const isPaused = useRelay((state) => state.snapshot?.status.paused ?? false);
  const sessionId = useView((state) => state.sessionId);
  const session = useRelay((state) => findSession(state, sessionId));
  const theme = useView((state) => state.theme);
  const entries: Entry[] = [
    [isPaused ? words.actions.resume : words.actions.pause, actions.togglePause, 'Space'],
    [words.actions.search, () => actions.showDialog({ kind: 'search' }), '/'],
    [words.actions.costs, () => actions.go('costs'), '3'],
    [words.actions.settings, () => actions.go('settings')],
    [words.actions.keys, () => actions.showDialog({ kind: 'keys' }), '?'],
    [words.actions.firstRun, actions.showFirstRun],
    ...(session ? sessionEntries(session, actions) : []),
    ...(['system', 'light', 'dark'] as const)
      .filter((one) => one !== theme)
      .map((one): [string, () => unknown] => [
        words.actions.theme(words.settings.themes[one]),
        () => view.setState({ theme: one }),
      ]),
  ];
  return (
    <Section isFlat={isFlat} heading={words.palette.groups.actions}>
      {entries.map(([name, work, key]) => (
        <Command.Item key={name} className="bar-row" value={name} onSelect={run(work)}>
          <span className="bar-row-text">{name}</span>
          {key !== undefined && <kbd>{key}</kbd>}
        </Command.Item>
      ))}
    </Section>
  );
}
