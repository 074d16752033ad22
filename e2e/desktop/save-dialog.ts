import type { ElectronApplication } from 'playwright';

/** What the owner is shown when a file shall be saved. */
export interface AskedPlace {
  defaultPath: string;
  /** Whether the dialog holds the window until it is answered. */
  isOfWindow: boolean;
}

/**
 * Answers the next dialog that asks where to save with a path, or by closing it (null). A native dialog
 * is no page: nobody can press its buttons from here.
 * @returns what the dialog was asked; resolves once it was.
 */
export async function answerSaveDialog(
  app: ElectronApplication,
  file: string | null,
): Promise<() => Promise<AskedPlace>> {
  await app.evaluate(({ dialog }, answer) => {
    const asked = Promise.withResolvers<AskedPlace>();
    Object.assign(globalThis, { askedPlace: asked.promise });
    const usual = dialog.showSaveDialog;
    Object.assign(dialog, {
      showSaveDialog(...given: unknown[]) {
        dialog.showSaveDialog = usual;
        const { defaultPath } = given.at(-1) as { defaultPath: string };
        asked.resolve({ defaultPath, isOfWindow: given.length === 2 });
        return Promise.resolve({ canceled: answer === null, filePath: answer ?? '' });
      },
    });
  }, file);
  return () => app.evaluate(() => Reflect.get(globalThis, 'askedPlace') as Promise<AskedPlace>);
}
