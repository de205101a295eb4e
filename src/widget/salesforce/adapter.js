/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /**
   * The widget of the last boot; undefined after a shutdown.
   * @type {import('../../snippet/types').Widget | undefined}
   */
  let currentWidget;
  let initialised = false;
  // After `onEmbeddedMessagingReady`: no call is taken before.
  let ready = false;
  // A logout that came before the library is made up for once the library is loaded.
  let logoutPending = false;

  const api = () => window.embeddedservice_bootstrap.userVerificationAPI;

  /**
   * In memory only: each tab is given the token after each load.
   * @param {string} token
   */
  const setToken = token => {
    const identity = { identityTokenType: 'JWT', identityToken: token };
    if (ready && currentWidget && currentWidget.person) api().setIdentityToken(identity);
  };
  const fetchToken = () => { if (currentWidget && currentWidget.person) tools.token('salesforce', setToken); };

  /**
   * The runtime removes what is in `localStorage`; where that is not to be had, the library takes `sessionStorage`.
   * @param {import('../../snippet/types').Widget} widget
   */
  const purge = widget => {
    try { sessionStorage.removeItem(widget.settings.orgId + '_WEB_STORAGE'); } catch { /* no storage, and so no session in it */ }
  };

  // Without the argument, the library would clear this page and leave the session open.
  const clearSession = () => {
    logoutPending = !ready;
    if (!ready) return;
    // It comes up anew, and tells when.
    ready = false;
    const cleared = api().clearSession(true);
    if (cleared && cleared.catch) cleared.catch(() => {});
  };

  addEventListener('onEmbeddedMessagingReady', () => {
    ready = true;
    if (logoutPending) clearSession();
    else fetchToken();
  });
  // It waits for half a minute.
  addEventListener('onEmbeddedMessagingIdentityTokenExpired', fetchToken);

  const initialise = () => {
    if (initialised || !currentWidget || !window.embeddedservice_bootstrap) return;
    initialised = true;
    const { orgId, deployment, siteUrl, scrt2Url, language } = currentWidget.settings;
    if (language) window.embeddedservice_bootstrap.settings.language = language;
    window.embeddedservice_bootstrap.init(orgId, deployment, siteUrl, { scrt2URL: scrt2Url });
  };

  return {
    boot(widget) {
      currentWidget = widget;
      if (ready) fetchToken();
      else if (window.embeddedservice_bootstrap) initialise();
      else tools.load(widget.library, { onload: initialise });
    },

    // Before it expires.
    refresh(widget, token) {
      if (token) setToken(token);
    },

    // Never loaded for this: it shows a button.
    shutdown(widget) {
      currentWidget = undefined;
      clearSession();
      purge(widget);
    }
  };
}
