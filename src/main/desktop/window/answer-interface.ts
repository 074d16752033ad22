import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dialog, shell } from 'electron';
import { z } from 'zod';
import type { RelayPort } from '#core/relay-port.ts';
import type { KeyPlace, KnownFolder } from '#shared/desktop-bridge.ts';
import { askChannels, tellChannels } from '#shared/desktop-channels.ts';
import { ItemId, SessionId } from '#shared/ids.ts';
import type { RpcName, RpcOutput } from '#shared/rpc.ts';
import type { RelayCommand } from '../relay-command.ts';
import { openOutside } from '../security/guard-contents.ts';
import { answerWindow, hearWindow } from '../security/window-ipc.ts';
import type { StartAtLogin } from '../start-at-login.ts';
import { saveFile } from './save-file.ts';
import { serveStreams } from './window-streams.ts';

export interface InterfaceServices {
  keyPlace: () => KeyPlace;
  command: RelayCommand;
  port: RelayPort;
  homeFolder: string;
  login: StartAtLogin;
  onItemShown: (itemId: ItemId | null) => void;
}

const nothing = z.tuple([]);
const Folder = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('home') }),
  z.object({ kind: z.literal('session'), sessionId: SessionId }),
]) satisfies z.ZodType<KnownFolder>;

/** Everything the interface can ask of the desktop (src/shared/desktop-bridge.ts). */
export function answerInterface(services: InterfaceServices): void {
  const { port, homeFolder, login, keyPlace, command, onItemShown } = services;
  answerWindow(askChannels.call, z.tuple([z.string(), z.unknown()]), ([name, input]) =>
    callRelay(port, name, input),
  );
  serveStreams(port);
  answerWindow(askChannels.chooseFolder, nothing, chooseFolder);
  answerWindow(
    askChannels.saveFile,
    z.tuple([z.string().max(200), z.string()]),
    ([name, text], asker) => saveFile(name, text, asker),
  );
  answerWindow(askChannels.startsAtLogin, nothing, () => login.isOn());
  answerWindow(askChannels.setStartsAtLogin, z.tuple([z.boolean()]), ([wanted]) =>
    login.set(wanted),
  );
  answerWindow(askChannels.keyPlace, nothing, keyPlace);
  answerWindow(askChannels.commandState, nothing, command.state);
  answerWindow(askChannels.installCommand, nothing, command.install);
  hearWindow(tellChannels.openExternal, z.tuple([z.string()]), ([url]) => openOutside(url));
  hearWindow(tellChannels.openFolder, z.tuple([Folder]), ([folder]) => {
    void openFolder(folder, port, homeFolder);
  });
  hearWindow(tellChannels.itemShown, z.tuple([ItemId.nullable()]), ([itemId]) =>
    onItemShown(itemId),
  );
}

async function callRelay(port: RelayPort, name: string, input: unknown) {
  // The router checks name and input; any may come in.
  const result = await port.call(name as RpcName, input as never);
  if (name === 'demo.open' && result.ok) {
    // The one address of this machine that is opened outside: the relay has just made it.
    const { url } = result.value as RpcOutput<'demo.open'>;
    await shell.openExternal(url);
  }
  return result;
}

async function chooseFolder(): Promise<string | null> {
  const { filePaths } = await dialog.showOpenDialog({
    // From Electron 43 on it would begin among the downloads, where nobody has a project.
    defaultPath: homedir(),
    properties: ['openDirectory', 'createDirectory'],
  });
  return filePaths[0] ?? null;
}

/** The window names a folder, never a path. */
async function openFolder(folder: KnownFolder, port: RelayPort, home: string): Promise<void> {
  const path = folder.kind === 'home' ? home : await sessionFolder(folder.sessionId, port);
  // A session chose its own `cwd`: what is not a folder could be a program that would be started.
  if (path === null || !statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const problem = await shell.openPath(path);
  if (problem !== '') console.error(`${path} could not be opened: ${problem}`);
}

async function sessionFolder(sessionId: SessionId, port: RelayPort): Promise<string | null> {
  const sessions = await port.call('sessions.list', {});
  if (!sessions.ok) return null;
  return sessions.value.find(({ id }) => id === sessionId)?.cwd ?? null;
}
