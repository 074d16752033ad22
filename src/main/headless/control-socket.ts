import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import {
  controlRecordPath,
  readControlRecord,
  socketPathInHome,
} from '#core/rpc/control-address.ts';
import { createHttpApp, type HttpAppOptions, sendResult } from './http-app.ts';
import { closeServer, listen } from './server-life.ts';

const socketName = 'control.sock';
const folderPrefix = 'relay-control-';

export interface ControlSocketOptions
  extends Pick<HttpAppOptions, 'port' | 'stopping' | 'onCrash'> {
  home: string;
  /** A fresh one-time address of the interface; undefined where none is served. */
  makeInterfaceUrl: () => string | undefined;
}

/**
 * Serves the relay to programs of this user: HTTP on a Unix socket that only the owner can open.
 * The caller holds the home's lock, so whatever is found at the socket's place is a dead relay's.
 */
export async function openControlSocket(
  options: ControlSocketOptions,
): Promise<{ socketPath: string; close(): Promise<void> }> {
  const { home, port, stopping, onCrash, makeInterfaceUrl } = options;
  const stateDir = join(home, 'state');
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  await chmod(stateDir, 0o700);
  await removeFormerFolder(home);
  const socketPath = socketPathInHome(home) ?? (await placeOutsideHome(home));
  const isFile = process.platform !== 'win32';
  if (isFile) await rm(socketPath, { force: true });

  const server = createServer(
    createHttpApp({
      port,
      stopping,
      onCrash,
      more: (request, response, url) => {
        if (request.method !== 'POST' || url.pathname !== '/host/url') return false;
        const value = makeInterfaceUrl();
        const message = 'This relay serves no interface; start it without --no-ui.';
        if (value !== undefined) sendResult(response, 200, { ok: true, value });
        else sendResult(response, 503, { ok: false, error: { code: 'unavailable', message } });
        return true;
      },
    }),
  );
  // Never to be opened by others, not even between being made and having its mode.
  const umask = process.umask(0o177);
  const listening = listen(server, { path: socketPath });
  process.umask(umask);
  await listening;
  if (isFile) await chmod(socketPath, 0o600);
  return {
    socketPath,
    async close() {
      await closeServer(server);
      if (isFile) await rm(socketPath, { force: true });
      await removeFormerFolder(home);
    },
  };
}

/** A private folder in the system's place for temporary files, written down for clients. */
async function placeOutsideHome(home: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), folderPrefix));
  const socketPath = join(folder, socketName);
  const recordPath = controlRecordPath(home);
  await writeFile(`${recordPath}.new`, `${JSON.stringify({ socket: socketPath })}\n`, {
    mode: 0o600,
  });
  await rename(`${recordPath}.new`, recordPath);
  return socketPath;
}

/** Takes away the folder that a relay of this home made, and the record of it. */
async function removeFormerFolder(home: string): Promise<void> {
  const former = readControlRecord(home);
  if (former === undefined) return;
  // The record could have been edited: only a folder of our own naming is ever removed.
  const folder = dirname(former);
  if (basename(former) === socketName && basename(folder).startsWith(folderPrefix)) {
    await rm(folder, { recursive: true, force: true });
  }
  await rm(controlRecordPath(home), { force: true });
}
