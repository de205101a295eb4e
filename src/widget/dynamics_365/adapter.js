/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  const FRAME = 'Microsoft_Omnichannel_LCWidget_Chat_Iframe_Window';
  /**
   * The widget of the last boot; undefined after a shutdown.
   * @type {import('../../snippet/types').Widget | undefined}
   */
  let currentWidget;
  // Whether `lcw:ready` has fired: the SDK accepts no call before it.
  let ready = false;
  // A logout that was requested before the library was ready, and runs once it is.
  let logoutPending = false;
  let provided = false;

  const sdk = () => tools.global('Microsoft').Omnichannel.LiveChatWidget.SDK;

  /**
   * Passes a newly fetched token to the widget, which asks whenever a chat starts.
   * @param {(token: string) => void} callback
   */
  const provide = callback => { if (currentWidget && currentWidget.person) tools.token('dynamics-365', callback); };

  // Without a signed-in user, the page shows neither the button nor a chat that is still open.
  const show = () => {
    const frame = tools.read('getElementById').call(document, FRAME);
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

  tools.on('lcw:ready', () => {
    ready = true;
    update();
  });

  /**
   * Defines the function at this path, without replacing an object that is already there by the first names.
   * @param {string} path
   */
  const publish = path => {
    const names = path.split('.');
    const last = names.pop();
    /** @type {any} */
    let holder = window;
    names.forEach(name => { holder = holder[name] = (holder === window ? tools.global(name) : holder[name]) || {}; });
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

    // The widget calls `provide`, so there is nothing to pass on.
    refresh() {},

    shutdown(widget, mayLoad) {
      currentWidget = undefined;
      show();
      logout();
      if (logoutPending && mayLoad) load(widget);
    }
  };
}
