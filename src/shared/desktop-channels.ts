/**
 * The names of what passes between the desktop's main process and its preload script. The main
 * process alone checks what comes in: the other side is not trusted.
 */

/** What the window asks and gets an answer to. */
export const askChannels = {
  call: 'relay:call',
  chooseFolder: 'relay:choose-folder',
  saveFile: 'relay:save-file',
  startsAtLogin: 'relay:starts-at-login',
  setStartsAtLogin: 'relay:set-starts-at-login',
  keyPlace: 'relay:key-place',
  commandState: 'relay:command-state',
  installCommand: 'relay:install-command',
} as const;

/** What the window tells. */
export const tellChannels = {
  /** Its first picture is up. */
  painted: 'relay:painted',
  openStream: 'relay:open-stream',
  closeStream: 'relay:close-stream',
  openExternal: 'relay:open-external',
  openFolder: 'relay:open-folder',
  itemShown: 'relay:item-shown',
} as const;

/** What the window is told. */
export const windowChannels = {
  streamItems: 'relay:stream-items',
  streamEnd: 'relay:stream-end',
  openItem: 'relay:open-item',
  navigate: 'relay:navigate',
  problem: 'relay:problem',
} as const;

/** How the preload script, which can read no file, learns the version: an argument of its process. */
export const versionFlag = '--relay-version=';
