import { join } from 'node:path';
import { app, powerMonitor, session } from 'electron';
import type { Home } from '#core/settings/home.ts';
import { watchSettings } from '#core/settings/settings.ts';
import { windowChannels } from '#shared/desktop-channels.ts';
import type { ItemId } from '#shared/ids.ts';
import { setAppMenu } from './app-menu.ts';
import { showBadge } from './badge.ts';
import type { Glance } from './glance.ts';
import { inboxShortcut } from './inbox-shortcut.ts';
import { openKeychain } from './keychain.ts';
import { keyPlaceOf, withKeychain } from './keychain-port.ts';
import { findRelay } from './link/find-relay.ts';
import { openLink } from './link/relay-link.ts';
import { showNativeNotice } from './notifications/native-notice.ts';
import { createOwnerNotices, type OwnerNotices } from './notifications/owner-notices.ts';
import type { Programs } from './programs.ts';
import { relayCommand } from './relay-command.ts';
import { guardSession } from './security/guard-contents.ts';
import { serveInterface } from './security/interface-scheme.ts';
import { hiddenFlag, startAtLogin } from './start-at-login.ts';
import { openTray } from './tray/relay-tray.ts';
import type { TrayAction } from './tray/tray-view.ts';
import { watchRelay } from './watch-relay.ts';
import { answerInterface } from './window/answer-interface.ts';
import { openRelayWindow } from './window/relay-window.ts';

/** Puts the desktop together once Electron is ready; it ends with the app. */
export function startDesktop(home: Home, programs: Programs, userData: string): void {
  // Registered at once: a second start may come while this one still begins.
  const begun = app.whenReady().then(() => begin(home, programs, userData));
  app.on('second-instance', (_event, argv) => {
    if (!argv.includes(hiddenFlag)) void begun.then((desktop) => desktop.open());
  });
  app.on('activate', () => void begun.then((desktop) => desktop.open()));
  // It stays in the tray.
  app.on('window-all-closed', () => {});
  begun.catch((error: unknown) => {
    console.error(error);
    app.exit(1);
  });
}

function begin(home: Home, programs: Programs, userData: string) {
  const { version, resourcesDir } = programs;
  guardSession(session.defaultSession);
  serveInterface(session.defaultSession, programs.rendererDir);
  let shownItem: ItemId | null = null;
  let notices: OwnerNotices | undefined;
  // Before all else: its process starts beside this one, which meanwhile puts together the rest. What
  // the window asks is heard only after this function has returned, so all of it will be answered.
  const window = openRelayWindow({
    session: session.defaultSession,
    version,
    iconPath: join(resourcesDir, 'icons', 'relay.png'),
    placePath: join(userData, 'window.json'),
    onAttention: () => notices?.attentionChanged(),
  });
  if (!process.argv.includes(hiddenFlag)) window.showWhenReady();
  setAppMenu();
  const keychain = openKeychain(join(userData, 'secrets.json'));
  const settings = watchSettings(home, process.env, keychain);
  const link = openLink({
    search: (lost, stopping) =>
      findRelay({ home: home.root, version, programs, secrets: keychain }, lost, stopping),
  });

  const openItem = (itemId: ItemId) => {
    window.tell(windowChannels.openItem, itemId);
    window.show();
  };
  const openInbox = () => {
    window.tell(windowChannels.navigate, 'inbox');
    window.show();
  };
  notices = createOwnerNotices({
    show: showNativeNotice,
    isSeen: (itemId) => shownItem === itemId && window.hasAttention(),
    isEnabled: () => settings.current().desktop.notifications,
    reminderMs: () => settings.current().escalation.reminderMinutes * 60_000,
    onOpen: openItem,
    onReply: (itemId, text) =>
      tellIfRefused(link.call('inbox.answer', { itemId, text, via: 'notification' })),
    onApprove: (itemId) =>
      tellIfRefused(link.call('inbox.approve', { itemId, via: 'notification' })),
  });

  const tray = openTray({
    resourcesDir,
    onAction: act,
    onClick: () => (hasWaiting(watch.current()) ? openInbox() : window.show()),
  });
  function act(action: TrayAction): void {
    switch (action.kind) {
      case 'open-item':
        openItem(action.itemId);
        break;
      case 'approve':
        tellIfRefused(link.call('inbox.approve', { itemId: action.itemId, via: 'tray' }));
        break;
      case 'dismiss':
        tellIfRefused(link.call('inbox.dismiss', { itemId: action.itemId, via: 'tray' }));
        break;
      case 'open':
        if (action.place !== null) window.tell(windowChannels.navigate, action.place);
        window.show();
        break;
      case 'pause':
        tellIfRefused(link.call('relay.pause', { via: 'tray' }));
        break;
      case 'resume':
        tellIfRefused(link.call('relay.resume', { via: 'tray' }));
        break;
      case 'quit':
        app.quit();
    }
  }

  const watch = watchRelay(link, (glance) => {
    tray.show(glance);
    notices?.update(glance);
    showBadge(glance.kind === 'linked' ? glance.inbox.length : 0, window, resourcesDir);
  });
  const login = startAtLogin(loginCommand());
  answerInterface({
    port: withKeychain(link, keychain, home),
    homeFolder: home.root,
    login,
    keyPlace: () => keyPlaceOf(link.state(), keychain),
    command: relayCommand(programs.commandPath),
    onItemShown(itemId) {
      shownItem = itemId;
      notices?.attentionChanged();
    },
  });

  const shortcut = inboxShortcut(openInbox);
  const setShortcut = () => {
    const problem = shortcut.set(settings.current().desktop.shortcut);
    if (problem !== undefined) console.error(problem);
  };
  setShortcut();
  settings.onChange(setShortcut);
  powerMonitor.on('resume', () => {
    link.hurry();
    watch.look();
  });

  endInOrder(async () => {
    window.letClose();
    watch.stop();
    notices?.closeAll();
    window.browserWindow.hide();
    await Promise.all([link.stop(), settings.close()]);
    // Last: it may be the tray's own menu that waits to be told that its click arrived.
    tray.destroy();
  });
  return { open: () => window.show() };
}

const hasWaiting = (glance: Glance) => glance.kind === 'linked' && glance.inbox.length > 0;

/** What the tray or a notification asked for may be settled already: the next glance shows it. */
function tellIfRefused(
  answer: Promise<{ ok: true } | { ok: false; error: { message: string } }>,
): void {
  void answer.then((result) => {
    if (!result.ok) console.error(result.error.message);
  });
}

/** How to start this desktop again at the next login. */
function loginCommand() {
  const { APPIMAGE, RELAY_HOME } = process.env;
  return {
    program: APPIMAGE ?? process.execPath,
    args: [...(app.isPackaged ? [] : [app.getAppPath()]), hiddenFlag],
    variables: RELAY_HOME ? { RELAY_HOME } : {},
  };
}

/** Whatever ends the app, the relay in it first ends what it is at. */
function endInOrder(end: () => Promise<void>): void {
  let phase: 'running' | 'ending' | 'over' = 'running';
  app.on('before-quit', (event) => {
    if (phase === 'over') return;
    event.preventDefault();
    if (phase === 'ending') return;
    phase = 'ending';
    void end()
      .catch((error: unknown) => console.error(error))
      .finally(() => {
        phase = 'over';
        app.quit();
      });
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => app.quit());
  }
}
