/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  const FRAME = 'Microsoft_Omnichannel_LCWidget_Chat_Iframe_Window';
  /**
   * The widget of the last boot; undefined after a shutdown.
   * @type {import('../../snippet/types').Widget | undefined}
   */
  let currentWidget;
  // After `lcw:ready`: no call is taken before.
  let ready = false;
  // A logout that came before the library is made up for once the library is ready.
  let logoutPending = false;
  let provided = false;

  const sdk = () => window.Microsoft.Omnichannel.LiveChatWidget.SDK;

  /**
   * The widget asks whenever a chat starts, and each token is fetched anew.
   * @param {(token: string) => void} callback
   */
  const provide = callback => { if (currentWidget && currentWidget.person) tools.token('dynamics-365', callback); };

  // Where no user is signed in, the page shows neither the button nor a chat that is still open.
  const show = () => {
    const frame = document.getElementById(FRAME);
    if (frame) frame.style.display = currentWidget ? '' : 'none';
  };

  const logout = () => {
    logoutPending = !ready;
    if (!ready) return;
    sdk().closeChat();
    sdk().removeAuthTokenProvider();
    provided = false;
  };

  const update = () => {
    show();
    if (logoutPending) logout();
    if (provided || !ready || !currentWidget || !currentWidget.person) return;
    provided = true;
    sdk().setAuthTokenProvider(provide);
  };

  addEventListener('lcw:ready', () => {
    ready = true;
    update();
  });

  /**
   * Whatever else is there by the first of the names stays.
   * @param {string} path
   */
  const publish = path => {
    const names = path.split('.');
    const last = names.pop();
    /** @type {any} */
    let holder = window;
    names.forEach(name => { holder = holder[name] = holder[name] || {}; });
    holder[last || ''] = (/** @type {(token: string) => void} */ callback) => provide(callback);
  };

  /** @param {import('../../snippet/types').Widget} widget */
  const load = widget => {
    const { clientFunction, ...attributes } = widget.settings;
    publish(clientFunction);
    tools.load(widget.library, { id: 'Microsoft_Omnichannel_LCWidget', attributes, onload: show });
  };

  return {
    boot(widget) {
      currentWidget = widget;
      if (ready) update();
      else load(widget);
    },

    // Nothing to hand over: the widget calls `provide`.
    refresh() {},

    shutdown(widget, mayLoad) {
      currentWidget = undefined;
      show();
      logout();
      if (logoutPending && mayLoad) load(widget);
    }
  };
}
