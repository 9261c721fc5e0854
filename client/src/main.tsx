import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { wasSignedIn } from './session/session-store.js';
import { App } from './shell/App.js';
import { LazyPage } from './shell/lazy-page.js';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/page.css';

const visitor = new LazyPage(async () => (await import('./Visitor.js')).Visitor);
const member = new LazyPage(async () => (await import('./Member.js')).Member);

// Does not wait for the response about the session, which most likely says the same.
if (wasSignedIn()) void member.load();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

createRoot(root).render(
  <StrictMode>
    <App visitor={visitor} member={member} />
  </StrictMode>,
);
