import type { WebContents, WebFrameMain } from 'electron';
import { isInterfaceUrl } from './interface-origin.ts';

interface Sender {
  sender: { mainFrame: Pick<WebContents['mainFrame'], 'url'> };
  senderFrame: Pick<WebFrameMain, 'url'> | null;
}

/**
 * Whether it is the interface that speaks: the top frame of a window, at the interface's own address.
 * A frame within it is a stranger, and so is one that was gone before its word was read.
 */
export function isInterface({ sender, senderFrame }: Sender): boolean {
  return (
    senderFrame !== null && senderFrame === sender.mainFrame && isInterfaceUrl(senderFrame.url)
  );
}
