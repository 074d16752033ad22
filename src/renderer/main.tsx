import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { connectByHttp } from './relay-client.ts';
import { createRelayView } from './relay-view.ts';
import { StatusPage } from './status-page/status-page.tsx';
import './styles.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
const client = connectByHttp();
createRoot(root).render(
  <StrictMode>
    <StatusPage client={client} view={createRelayView(client)} />
  </StrictMode>,
);
