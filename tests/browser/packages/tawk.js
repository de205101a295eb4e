import TawkMessenger from '@tawk.to/tawk-messenger-react';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';

const root = document.body.appendChild(document.createElement('div'));
createRoot(root).render(createElement(TawkMessenger, { propertyId: 'app-1', widgetId: 'default' }));
