import type { ItemId, SessionId } from './ids.ts';
import type { RpcInput, RpcName, RpcOutput, RpcResult, StreamItem } from './rpc.ts';

/** Where the interface runs. */
export type HostFacts =
  | { kind: 'desktop'; platform: 'linux' | 'darwin' | 'win32'; version: string }
  | { kind: 'browser' };

/** A place in the interface that the tray, a notification or a menu can ask for. */
export type Place = 'sessions' | 'inbox' | 'costs' | 'settings';

/** A folder the host may show in the platform's file manager; the renderer never names a path. */
export type KnownFolder = { kind: 'home' } | { kind: 'session'; sessionId: SessionId };

/**
 * All that the interface knows of the world. In the desktop window it is `window.relay`, put there by
 * the preload script; in a browser the same functions speak HTTP (src/renderer/relay-client.ts).
 *
 * What crosses this line is plain data and functions, never an Electron object. Listeners are called
 * with the data alone. No function throws and no promise rejects.
 */
export interface RelayBridge {
  host: HostFacts;

  /** One call of the contract. A relay that cannot be reached is the error `unavailable`. */
  call<N extends RpcName>(name: N, input: RpcInput<N>): Promise<RpcResult<RpcOutput<N>>>;

  /**
   * Every committed event after `after`, in order, without gap or double, then live. `onEnd` is
   * called once when the far end is gone (never after `stop`); the interface asks again from the
   * last event it saw. Returns `stop`.
   */
  stream(after: number, onItem: (item: StreamItem) => void, onEnd: () => void): () => void;

  /** Opens an address outside of Relay; anything but `https:` is ignored. */
  openExternal(url: string): void;

  /** What only the desktop can do; null in a browser. */
  desktop: DesktopFunctions | null;
}

/** `why`: a sentence for the owner on why it is no better place. */
export type KeyPlace = { kind: 'keychain' } | { kind: 'file'; why: string };

/** `link` is the path of the link to the command. */
export type CommandState =
  | { kind: 'installed'; link: string }
  | { kind: 'missing'; link: string }
  /** Something stands in the way; the sentence says what. */
  | { kind: 'unavailable'; why: string };

/** `file` is where it lies now; the sentence says why it could not be written. */
export type SavedFile =
  | { kind: 'saved'; file: string }
  /** The owner thought better of it. */
  | { kind: 'cancelled' }
  | { kind: 'failed'; why: string };

export interface DesktopFunctions {
  /** A notification or the tray asks for an inbox item. Returns how to stop listening. */
  onOpenItem(listener: (itemId: ItemId) => void): () => void;
  /** The tray or the menu asks for a place. Returns how to stop listening. */
  onNavigate(listener: (place: Place) => void): () => void;
  /** The desktop cannot do what the settings ask for; a sentence. Returns how to stop listening. */
  onProblem(listener: (sentence: string) => void): () => void;
  /**
   * Tells which inbox item the owner is looking at (null: none), so that no notification is shown
   * for it while the window has the focus.
   */
  itemShown(itemId: ItemId | null): void;
  openFolder(folder: KnownFolder): void;
  /** Lets the owner choose a folder; null when the owner thought better of it. */
  chooseFolder(): Promise<string | null>;
  /** Saves a text where the owner chooses; `name` is what it is called unless he says otherwise. */
  saveFile(name: string, text: string): Promise<SavedFile>;
  /** Whether Relay starts with the session of the user. */
  startsAtLogin(): Promise<boolean>;
  /** Resolves with what then holds. */
  setStartsAtLogin(wanted: boolean): Promise<boolean>;
  /** Where a key goes that is entered here. */
  keyPlace(): Promise<KeyPlace>;
  /** Whether `relay` can be typed in a terminal. */
  commandState(): Promise<CommandState>;
  /** Makes the link that `commandState` speaks of; resolves with what then holds. */
  installCommand(): Promise<CommandState>;
}

/** The preload script's name for it: `window.relay`. */
export interface WindowWithRelay {
  relay?: RelayBridge;
}
