tools => {
  // For whom it is up: the widget of the last boot, or nothing.
  let current;
  let initialised = false;
  // After `onEmbeddedMessagingReady`: nothing can be told before.
  let ready = false;
  // A shutdown that came before the library is made up for when the library is there.
  let owed = false;

  const api = () => window.embeddedservice_bootstrap.userVerificationAPI;

  // In memory only: each tab is told after each load.
  const tell = token => { if (ready && current && current.person) api().setIdentityToken({ identityTokenType: 'JWT', identityToken: token }); };
  const fresh = () => { if (current && current.person) tools.token('salesforce', tell); };

  // The residue holds what is in `localStorage`; where that is not to be had, the library takes this.
  const purge = ({ settings }) => { try { sessionStorage.removeItem(settings.orgId + '_WEB_STORAGE'); } catch (error) { return; } };

  // By default it would clear this page and leave the session open.
  const clear = () => {
    owed = !ready;
    if (!ready) return;
    // It comes up anew, and tells when.
    ready = false;
    const cleared = api().clearSession(true);
    if (cleared && cleared.catch) cleared.catch(() => {});
  };

  addEventListener('onEmbeddedMessagingReady', () => {
    ready = true;
    if (owed) clear();
    else fresh();
  });
  // It waits for half a minute.
  addEventListener('onEmbeddedMessagingIdentityTokenExpired', fresh);

  const initialise = () => {
    if (initialised || !current || !window.embeddedservice_bootstrap) return;
    initialised = true;
    const { orgId, deployment, siteUrl, scrt2Url, language } = current.settings;
    if (language) window.embeddedservice_bootstrap.settings.language = language;
    window.embeddedservice_bootstrap.init(orgId, deployment, siteUrl, { scrt2URL: scrt2Url });
  };

  return {
    boot(widget) {
      current = widget;
      if (ready) fresh();
      else if (window.embeddedservice_bootstrap) initialise();
      else tools.load(widget.library, '', initialise);
    },

    // Before it expires.
    refresh(widget, token) {
      if (token) tell(token);
    },

    // Never loaded for this: it shows a button.
    shutdown(widget) {
      current = undefined;
      clear();
      purge(widget);
    }
  };
}
