import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { dialog } from 'electron';
import type { SavedFile } from '#shared/desktop-bridge.ts';

/** Names that mean something else to a file system, and what could lead out of the folder. */
const unfitCharacters = /[<>:"/\\|?*\p{Cc}]/gu;

/** Saves a text where the owner chooses; what sessions said is for the owner's eyes alone. */
export async function saveFile(name: string, text: string): Promise<SavedFile> {
  const { canceled, filePath } = await dialog.showSaveDialog({
    defaultPath: name.replace(unfitCharacters, '-'),
  });
  if (canceled || filePath === '') return { kind: 'cancelled' };
  try {
    await writeFile(filePath, text, { mode: 0o600 });
    return { kind: 'saved', file: filePath };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const why = `${path.basename(filePath)} could not be written there (${code}). Choose another folder.`;
    return { kind: 'failed', why };
  }
}
