// Mounts the console.
import './ui/tokens.css';
import './ui/base.css';
import './ui/parts.css';
import './shell/shell.css';
import './visitors/visitors.css';
import './session/session.css';
import './proxied/proxied.css';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { followHistory } from './router';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');
followHistory();
// A page the browser kept whole has let go of its session; it is loaded anew.
window.addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload();
});
createRoot(root).render(<App />);
