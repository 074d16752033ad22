import { join } from 'node:path';
import { app, powerMonitor } from 'electron';
import type { Home } from '#core/settings/home.ts';
import { watchSettings } from '#core/settings/settings.ts';
import { windowChannels } from '#shared/desktop-channels.ts';
import type { ItemId } from '#shared/ids.ts';
import { setAppMenu } from './app-menu.ts';
import { showBadge } from './badge.ts';
import { environment } from './environment.ts';
import type { Glance } from './glance.ts';
import { inboxShortcut } from './inbox-shortcut.ts';
import { openKeychain } from './keychain.ts';
import { keyPlaceOf, withKeychain } from './keychain-port.ts';
import { findRelay } from './link/find-relay.ts';
import { openLink } from './link/relay-link.ts';
import { showNativeNotice } from './notifications/native-notice.ts';
import { createOwnerNotices } from './notifications/owner-notices.ts';
import type { Programs } from './programs.ts';
import { relayCommand } from './relay-command.ts';
import { hiddenFlag, startAtLogin } from './start-at-login.ts';
import { openTray } from './tray/relay-tray.ts';
import type { TrayAction } from './tray/tray-view.ts';
import { watchRelay } from './watch-relay.ts';
import { answerInterface } from './window/answer-interface.ts';
import type { RelayWindow } from './window/relay-window.ts';

export interface DesktopParts {
  home: Home;
  programs: Programs;
  /** The folder of the desktop's own files. */
  userData: string;
  window: RelayWindow;
}

export interface Desktop {
  open(): void;
  /** Ends in order what the desktop is at, the relay in it too. */
  end(): Promise<void>;
}

/** Everything but the window, which is there already and may have asked for something. */
export function putTogether({ home, programs, userData, window }: DesktopParts): Desktop {
  const { version, resourcesDir } = programs;
  let shownItem: ItemId | null = null;
  setAppMenu();
  const keychain = openKeychain(join(userData, 'secrets.json'));
  const settings = watchSettings(home, environment, keychain);
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
  const notices = createOwnerNotices({
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
    notices.update(glance);
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
      notices.attentionChanged();
    },
  });

  window.onAttention(notices.attentionChanged);

  const shortcut = inboxShortcut(openInbox);
  const setShortcut = () => {
    const problem = shortcut.set(settings.current().desktop.shortcut);
    if (problem === undefined) return;
    console.error(problem);
    window.tell(windowChannels.problem, problem);
  };
  setShortcut();
  settings.onChange(setShortcut);
  powerMonitor.on('resume', () => {
    link.hurry();
    watch.look();
  });

  return {
    open: () => window.show(),
    async end() {
      window.letClose();
      watch.stop();
      notices.closeAll();
      window.browserWindow.hide();
      await Promise.all([link.stop(), settings.close()]);
      // Last: it may be the tray's own menu that waits to be told that its click arrived.
      tray.destroy();
    },
  };
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
