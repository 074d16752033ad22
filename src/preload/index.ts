import { contextBridge, ipcRenderer } from 'electron';
import type { HostFacts, RelayBridge } from '#shared/desktop-bridge.ts';
import {
  askChannels,
  tellChannels,
  versionFlag,
  windowChannels,
} from '#shared/desktop-channels.ts';
import type { StreamItem } from '#shared/rpc.ts';
import { createMailSlot } from './mail-slot.ts';

interface OpenStream {
  onItem: (item: StreamItem) => void;
  onEnd: () => void;
}

const streams = new Map<number, OpenStream>();
let lastStream = 0;

ipcRenderer.on(windowChannels.streamItems, (_event, stream: number, items: StreamItem[]) => {
  for (const item of items) streams.get(stream)?.onItem(item);
});
ipcRenderer.on(windowChannels.streamEnd, (_event, stream: number) => {
  const ended = streams.get(stream);
  streams.delete(stream);
  ended?.onEnd();
});

/** What the main process says on a channel; said before anybody listens, it waits. */
function slotFor<T>(channel: string) {
  const slot = createMailSlot<T>();
  ipcRenderer.on(channel, (_event, value: T) => slot.put(value));
  return slot;
}

const ask = (channel: string, ...values: unknown[]) => ipcRenderer.invoke(channel, ...values);
const tell = (channel: string, ...values: unknown[]) => ipcRenderer.send(channel, ...values);
const openItem = slotFor<Parameters<Parameters<Desktop['onOpenItem']>[0]>[0]>(
  windowChannels.openItem,
);
const navigate = slotFor<Parameters<Parameters<Desktop['onNavigate']>[0]>[0]>(
  windowChannels.navigate,
);
const problem = slotFor<string>(windowChannels.problem);
type Desktop = NonNullable<RelayBridge['desktop']>;

const bridge: RelayBridge = {
  host: hostFacts(),
  // The main process answers by the contract.
  call: (name, input) => ask(askChannels.call, name, input) as never,
  stream(after, onItem, onEnd) {
    lastStream += 1;
    const stream = lastStream;
    streams.set(stream, { onItem, onEnd });
    tell(tellChannels.openStream, stream, after);
    return () => {
      if (streams.delete(stream)) tell(tellChannels.closeStream, stream);
    };
  },
  openExternal: (url) => tell(tellChannels.openExternal, url),
  desktop: {
    onOpenItem: openItem.listen,
    onNavigate: navigate.listen,
    onProblem: problem.listen,
    itemShown: (itemId) => tell(tellChannels.itemShown, itemId),
    openFolder: (folder) => tell(tellChannels.openFolder, folder),
    chooseFolder: () => ask(askChannels.chooseFolder),
    saveFile: (name, text) => ask(askChannels.saveFile, name, text),
    startsAtLogin: () => ask(askChannels.startsAtLogin),
    setStartsAtLogin: (wanted) => ask(askChannels.setStartsAtLogin, wanted),
    keyPlace: () => ask(askChannels.keyPlace),
    commandState: () => ask(askChannels.commandState),
    installCommand: () => ask(askChannels.installCommand),
  },
};

function hostFacts(): HostFacts {
  const version = process.argv.find((argument) => argument.startsWith(versionFlag)) ?? '';
  // The desktop is built for these three.
  const platform = process.platform as 'linux' | 'darwin' | 'win32';
  return { kind: 'desktop', platform, version: version.slice(versionFlag.length) };
}

contextBridge.exposeInMainWorld('relay', bridge);

const pictures = new PerformanceObserver((list) => {
  if (list.getEntriesByName('first-contentful-paint').length === 0) return;
  pictures.disconnect();
  tell(tellChannels.painted);
});
pictures.observe({ type: 'paint', buffered: true });
