import type { WebContents } from 'electron';
import { z } from 'zod';
import type { RelayPort } from '#core/relay-port.ts';
import { tellChannels, windowChannels } from '#shared/desktop-channels.ts';
import type { StreamItem } from '#shared/rpc.ts';
import { hearWindow, tellWindow } from '../security/window-ipc.ts';

const streamId = z.int().min(1);

/**
 * The event stream over IPC: a window opens as many as it likes, each from its own cursor. Items that
 * come in together go out together. A page that is left or dies takes its streams along.
 */
export function serveStreams(port: RelayPort): void {
  const open = new Map<WebContents, Map<number, () => void>>();

  function streamsOf(contents: WebContents): Map<number, () => void> {
    const there = open.get(contents);
    if (there) return there;
    const streams = new Map<number, () => void>();
    open.set(contents, streams);
    const stopAll = () => {
      for (const stop of streams.values()) stop();
      streams.clear();
    };
    contents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) stopAll();
    });
    contents.on('render-process-gone', stopAll);
    contents.once('destroyed', () => {
      stopAll();
      open.delete(contents);
    });
    return streams;
  }

  hearWindow(
    tellChannels.openStream,
    z.tuple([streamId, z.int().min(0)]),
    ([id, after], contents) => {
      const streams = streamsOf(contents);
      if (streams.has(id)) return;
      const outbox = createOutbox((items) =>
        tellWindow(contents, windowChannels.streamItems, id, items),
      );
      const stop = port.stream(after, outbox.add, () => {
        outbox.flush();
        streams.delete(id);
        tellWindow(contents, windowChannels.streamEnd, id);
      });
      streams.set(id, stop);
    },
  );
  hearWindow(tellChannels.closeStream, z.tuple([streamId]), ([id], contents) => {
    open.get(contents)?.get(id)?.();
    open.get(contents)?.delete(id);
  });
}

/** Sends what was added within one turn of the event loop as one message. */
function createOutbox(send: (items: StreamItem[]) => void) {
  let items: StreamItem[] = [];
  const flush = () => {
    if (items.length === 0) return;
    const full = items;
    items = [];
    send(full);
  };
  return {
    flush,
    add(item: StreamItem) {
      if (items.length === 0) setImmediate(flush);
      items.push(item);
    },
  };
}
