// `window.mountZendesk()` is for a part of the page that comes later.
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import Zendesk from 'react-zendesk';

window.mountZendesk = () => {
  const root = document.body.appendChild(document.createElement('div'));
  const settings = { webWidget: { color: { theme: '#78a300' } } };
  createRoot(root).render(createElement(Zendesk, { zendeskKey: 'key-1', ...settings }));
};
if (!location.search.includes('later')) window.mountZendesk();
