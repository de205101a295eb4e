/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /**
   * The widget of the last boot; undefined after a shutdown.
   * @type {import('../../snippet/types').Widget | undefined}
   */
  let currentWidget;
  let initialised = false;
  // A logout that came before the library is made up for once the library is loaded.
  let logoutPending = false;
  /**
   * The end of the session before: the next one begins after it.
   * @type {Promise<void> | undefined}
   */
  let ending;

  /** @param {() => any} action */
  const ignoringErrors = action => { try { return action(); } catch { return undefined; } };

  const end = () => {
    logoutPending = false;
    initialised = false;
    const cleared = ignoringErrors(() => window.fcWidget.user.clear());
    const destroy = () => ignoringErrors(() => window.fcWidget.destroy());
    const mine = ending = Promise.resolve(cleared).then(destroy, destroy).then(() => {
      if (ending === mine) ending = undefined;
    });
  };

  const begin = () => {
    if (!currentWidget || initialised || ending || !window.fcWidget) return;
    initialised = true;
    window.fcWidget.init(Object.assign({}, currentWidget.settings, currentWidget.person));
  };

  const update = () => {
    if (!window.fcWidget || !currentWidget) return;
    // A visitor must not be shown as whoever was here before: that session is taken up again only to be ended.
    if (logoutPending && !currentWidget.person) {
      begin();
      end();
    }
    logoutPending = false;
    if (ending) ending.then(begin);
    else begin();
  };

  return {
    boot(widget) {
      currentWidget = widget;
      if (window.fcWidget) update();
      else tools.load(widget.library, { id: 'freshchat-js-sdk', onload: update });
    },

    refresh(widget, token) {
      if (!token || !widget.person) return;
      widget.person.jwtAuthToken = token;
      if (initialised && tools.alive()) window.fcWidget.setJWTAuthToken(token);
    },

    // Never loaded for this: without a session it has nothing to clear.
    shutdown() {
      currentWidget = undefined;
      if (initialised) end();
      // What is ending already is not ended twice.
      else if (!ending) logoutPending = true;
    }
  };
}
