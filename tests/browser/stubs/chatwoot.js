// A stub of Chatwoot's SDK, from its source (chatwoot/chatwoot: app/javascript/entrypoints/sdk.js and
// app/javascript/sdk/): a frame whose URL has the current conversation, a message from the frame when it has loaded,
// two cookies, and a frame that moves with Turbo and Astro.
(() => {
  'use strict';
  const cookie = name => (document.cookie.split('; ').find(pair => pair.startsWith(name + '=')) || '').slice(name.length + 1);
  const keep = (name, value) => {
    document.cookie = name + '=' + value + '; Path=/; SameSite=Lax; Max-Age=' + (value ? 31536000 : 0);
  };
  const frame = () => document.getElementById('chatwoot_live_chat_widget');
  const send = (event, more) => frame().contentWindow.postMessage('chatwoot-widget:' + JSON.stringify({ event, ...more }), '*');

  const run = ({ baseUrl, websiteToken }) => {
    if (window.$chatwoot) return;
    const userCookie = 'cw_user_' + websiteToken;
    const address = () => baseUrl + '/widget?website_token=' + websiteToken;

    const moveTo = body => {
      const holder = document.getElementById('cw-widget-holder');
      if (holder && !body.querySelector('#cw-widget-holder')) body.appendChild(holder);
    };
    document.addEventListener('turbo:before-render', event => moveTo(event.detail.newBody));
    document.addEventListener('astro:before-swap', event => moveTo(event.newDocument.body));

    window.$chatwoot = {
      baseUrl, websiteToken, hasLoaded: false, resetTriggered: false,
      setUser(identifier, user) {
        const digest = btoa(unescape(encodeURIComponent(JSON.stringify([identifier, user])))).replace(/=/g, '');
        if (cookie(userCookie) === digest) return;
        Object.assign(window.$chatwoot, { identifier, user });
        send('set-user', { identifier, user });
        keep(userCookie, digest);
      },
      reset() {
        keep('cw_conversation', '');
        keep(userCookie, '');
        frame().src = address();
        window.$chatwoot.resetTriggered = true;
      }
    };

    const events = {
      loaded({ config }) {
        keep('cw_conversation', config.authToken);
        window.$chatwoot.hasLoaded = true;
        // Without the identifier, so the frame ignores it.
        if (window.$chatwoot.user) send('set-user', window.$chatwoot.user);
        if (!window.$chatwoot.resetTriggered) window.dispatchEvent(new CustomEvent('chatwoot:ready'));
      },
      setAuthCookie({ data }) { keep('cw_conversation', data.widgetAuthToken); }
    };
    window.onmessage = ({ data }) => {
      if (typeof data !== 'string' || !data.startsWith('chatwoot-widget:')) return;
      const message = JSON.parse(data.slice('chatwoot-widget:'.length));
      if (events[message.event]) events[message.event](message);
    };

    const holder = document.createElement('div');
    holder.id = 'cw-widget-holder';
    holder.dataset.turboPermanent = 'true';
    const element = document.createElement('iframe');
    element.id = 'chatwoot_live_chat_widget';
    const known = cookie('cw_conversation');
    element.src = address() + (known ? '&cw_conversation=' + known : '');
    holder.appendChild(element);
    document.body.appendChild(holder);
  };
  window.chatwootSDK = { run };
})();
