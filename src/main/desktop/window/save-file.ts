import { BrowserWindow, dialog, type WebContents } from 'electron';
import type { SavedFile } from '#shared/desktop-bridge.ts';
import { fittingName, saveText } from './save-text.ts';

/** Saves a text where the owner chooses. The dialog belongs to the window that asked for it. */
export async function saveFile(name: string, text: string, asker: WebContents): Promise<SavedFile> {
  const options = { defaultPath: fittingName(name) };
  const window = BrowserWindow.fromWebContents(asker);
  const { canceled, filePath } = window
    ? await dialog.showSaveDialog(window, options)
    : await dialog.showSaveDialog(options);
  if (canceled || filePath === '') return { kind: 'cancelled' };
  return saveText(filePath, text);
}
