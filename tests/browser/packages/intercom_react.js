// The provider that React applications use, without the boot that it can do by itself.
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { IntercomProvider } from 'react-use-intercom';

const root = document.body.appendChild(document.createElement('div'));
createRoot(root).render(createElement(IntercomProvider, { appId: 'abcd1234' }, 'Intercom'));
