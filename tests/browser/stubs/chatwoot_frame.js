// The inside of the frame: it reports its conversation to the page, and the identified user to its server.
(() => {
  'use strict';
  let { authToken } = document.body.dataset;
  window.who = document.body.dataset.who;
  const tell = message => parent.postMessage('chatwoot-widget:' + JSON.stringify(message), '*');

  addEventListener('message', async ({ data }) => {
    const { event, identifier, user } = JSON.parse(String(data).replace('chatwoot-widget:', ''));
    if (event !== 'set-user' || !identifier) return;
    const answer = await fetch('/chatwoot/contact', { method: 'POST', body: JSON.stringify({ authToken, identifier, user }) });
    const { who, widgetAuthToken } = await answer.json();
    window.who = who;
    if (!widgetAuthToken) return;
    authToken = widgetAuthToken;
    tell({ event: 'setAuthCookie', data: { widgetAuthToken } });
  });
  tell({ event: 'loaded', config: { authToken } });
})();
