import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Bytes a Unix socket's path may have, its closing zero left out: 104 on macOS and the BSDs, 108 on
 * Linux (`sun_path` in sys/un.h). The smaller one holds everywhere.
 */
const maxSocketPathBytes = 103;

/** The socket's place inside the home; undefined where the home's path is too long for one. */
export function socketPathInHome(home: string, platform = process.platform): string | undefined {
  if (platform === 'win32') {
    const name = createHash('sha256').update(home.toLowerCase()).digest('hex').slice(0, 32);
    return `\\\\.\\pipe\\relay-${name}`;
  }
  const path = join(home, 'state', 'control.sock');
  return Buffer.byteLength(path) <= maxSocketPathBytes ? path : undefined;
}

/** Names the socket where it cannot be inside the home: `{"socket": "<path>"}`. */
export function controlRecordPath(home: string): string {
  return join(home, 'state', 'control.json');
}

/** Where a relay of this home listens, if it runs; undefined where none has ever said so. */
export function findControlSocket(home: string): string | undefined {
  return socketPathInHome(home) ?? readControlRecord(home);
}

/** The socket that `control.json` names; undefined when there is no such file or it is torn. */
export function readControlRecord(home: string): string | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(controlRecordPath(home), 'utf8'));
    const isRecord = typeof record === 'object' && record !== null && 'socket' in record;
    return isRecord && typeof record.socket === 'string' ? record.socket : undefined;
  } catch {
    return undefined;
  }
}
