import './no-eval.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { findBridge } from './bridge.ts';
import { onIdle } from './components/idle-time.ts';
import { loadTheRest } from './components/later.tsx';
import { warmUp } from './components/markdown.tsx';
import { App } from './shell/app.tsx';
import { whenPainted } from './shell/when-painted.ts';
import { createActions } from './state/actions.ts';
import { InterfaceContext } from './state/context.ts';
import { createRelayStore } from './state/relay-store.ts';
import { startSync } from './state/sync.ts';
import { createViewStore } from './state/view-store.ts';
import './styles/index.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

const bridge = findBridge();
const relay = createRelayStore();
const view = createViewStore();
const sync = startSync(bridge, relay);
const actions = createActions(bridge, relay, view, sync);

createRoot(root).render(
  <StrictMode>
    <InterfaceContext value={{ bridge, relay, view, sync, actions }}>
      <App />
    </InterfaceContext>
  </StrictMode>,
);
void whenPainted().then(() => {
  // While the relay is on its way there is nothing else to do.
  onIdle(warmUp);
  return loadTheRest();
});
