import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Undo } from './hook-settings.ts';

/** What Relay remembers about a settings file that it has written to. */
const Connection = z.object({
  file: z.string(),
  kind: z.enum(['user', 'project']),
  /** SHA-256 of the file as connecting left it: as long as it is so, the edits can be taken back. */
  afterHash: z.string(),
  fileExisted: z.boolean(),
  folderExisted: z.boolean(),
  undo: Undo,
});
export type Connection = z.infer<typeof Connection>;

const recordFile = (home: string) => join(home, 'state', 'connections.json');

/** Every remembered connection; none where the record is missing or cannot be read. */
export function readConnections(home: string): Connection[] {
  try {
    return z.array(Connection).parse(JSON.parse(readFileSync(recordFile(home), 'utf8')));
  } catch {
    return [];
  }
}

/** Remembers `connection` for its file, or forgets the file. */
export function recordConnection(home: string, file: string, connection?: Connection): void {
  const others = readConnections(home).filter((known) => known.file !== file);
  const next = connection === undefined ? others : [...others, connection];
  mkdirSync(join(home, 'state'), { recursive: true, mode: 0o700 });
  const temporary = `${recordFile(home)}.new`;
  writeFileSync(temporary, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, recordFile(home));
}
