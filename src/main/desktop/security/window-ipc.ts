import { type IpcMainEvent, type IpcMainInvokeEvent, ipcMain, type WebContents } from 'electron';
import type { z } from 'zod';
import { askChannels, tellChannels } from '#shared/desktop-channels.ts';
import { isInterface } from './interface-sender.ts';

/**
 * The only way between the main process and a window (held by window-ipc.test.ts): who speaks is
 * checked before anything is read, and what is said by a schema before anything is done.
 */

type AskChannel = (typeof askChannels)[keyof typeof askChannels];
type TellChannel = (typeof tellChannels)[keyof typeof tellChannels];
type Take = (values: unknown[], sender: WebContents) => unknown;

const takers = new Map(
  [...Object.values(askChannels), ...Object.values(tellChannels)].map((channel) => [
    channel,
    Promise.withResolvers<Take>(),
  ]),
);

/** From now on windows are heard: what comes in before `answerWindow` or `hearWindow` waits for it. */
export function openWindowChannels(): void {
  for (const channel of Object.values(askChannels)) {
    ipcMain.handle(channel, async (event: IpcMainInvokeEvent, ...values: unknown[]) => {
      if (!isInterface(event)) throw new Error('refused');
      const take = await takers.get(channel)?.promise;
      return take?.(values, event.sender);
    });
  }
  for (const channel of Object.values(tellChannels)) {
    ipcMain.on(channel, (event: IpcMainEvent, ...values: unknown[]) => {
      if (!isInterface(event)) refused(channel);
      else void takers.get(channel)?.promise.then((take) => take(values, event.sender));
    });
  }
}

/** Answers what a window asks. The promise of a stranger, and of bad input, is rejected. */
export function answerWindow<Schema extends z.ZodType>(
  channel: AskChannel,
  input: Schema,
  answer: (input: z.output<Schema>, sender: WebContents) => unknown,
): void {
  takers.get(channel)?.resolve((values, sender) => answer(input.parse(values), sender));
}

/** Listens to what a window tells. Strangers and bad input are ignored, and logged. */
export function hearWindow<Schema extends z.ZodType>(
  channel: TellChannel,
  input: Schema,
  hear: (input: z.output<Schema>, sender: WebContents) => void,
): void {
  takers.get(channel)?.resolve((values, sender) => {
    const parsed = input.safeParse(values);
    if (parsed.success) hear(parsed.data, sender);
    else refused(channel);
  });
}

/** Settles when a window has told what needs no more words. */
export function heardFromWindow(channel: TellChannel): Promise<void> {
  return new Promise((resolve) => takers.get(channel)?.resolve(() => resolve()));
}

const refused = (channel: string): void => console.error(`Refused what came in on ${channel}.`);

/** Tells a window; one that is gone hears nothing. */
export function tellWindow(contents: WebContents, channel: string, ...values: unknown[]): void {
  if (!contents.isDestroyed()) contents.send(channel, ...values);
}
