import { type IpcMainEvent, type IpcMainInvokeEvent, ipcMain, type WebContents } from 'electron';
import type { z } from 'zod';
import { isInterface } from './interface-sender.ts';

/**
 * The only way between the main process and a window (held by window-ipc.test.ts): who speaks is
 * checked before anything is read, and what is said by a schema before anything is done.
 */

/** Answers what a window asks. The promise of a stranger, and of bad input, is rejected. */
export function answerWindow<Schema extends z.ZodType>(
  channel: string,
  input: Schema,
  answer: (input: z.output<Schema>, sender: WebContents) => unknown,
): void {
  ipcMain.handle(channel, (event: IpcMainInvokeEvent, ...values: unknown[]) => {
    if (!isInterface(event)) throw new Error('refused');
    return answer(input.parse(values), event.sender);
  });
}

/** Listens to what a window tells. Strangers and bad input are ignored, and logged. */
export function hearWindow<Schema extends z.ZodType>(
  channel: string,
  input: Schema,
  hear: (input: z.output<Schema>, sender: WebContents) => void,
): void {
  ipcMain.on(channel, (event: IpcMainEvent, ...values: unknown[]) => {
    const parsed = isInterface(event) ? input.safeParse(values) : undefined;
    if (parsed?.success) hear(parsed.data, event.sender);
    else console.error(`Refused what came in on ${channel}.`);
  });
}

/** Tells a window; one that is gone hears nothing. */
export function tellWindow(contents: WebContents, channel: string, ...values: unknown[]): void {
  if (!contents.isDestroyed()) contents.send(channel, ...values);
}
