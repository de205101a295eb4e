tools => {
  // For whom it is up: the widget of the last boot, or nothing.
  let current;
  let initialised = false;
  // A shutdown that came before the library is made up for when the library is there.
  let owed = false;
  // The end of the session before: the next one begins behind it.
  let ending;

  const quietly = action => { try { return action(); } catch (error) { return undefined; } };

  const end = () => {
    owed = false;
    initialised = false;
    const cleared = quietly(() => window.fcWidget.user.clear());
    const destroy = () => quietly(() => window.fcWidget.destroy());
    const mine = ending = Promise.resolve(cleared).then(destroy, destroy).then(() => {
      if (ending === mine) ending = undefined;
    });
  };

  const begin = () => {
    if (!current || initialised || ending || !window.fcWidget) return;
    initialised = true;
    window.fcWidget.init(Object.assign({}, current.settings, current.person));
  };

  const settle = () => {
    if (!window.fcWidget || !current) return;
    // A visitor must not be shown as whoever was here before: that session is taken up again only to be ended.
    if (owed && !current.person) {
      begin();
      end();
    }
    owed = false;
    if (ending) ending.then(begin);
    else begin();
  };

  return {
    boot(widget) {
      current = widget;
      if (window.fcWidget) settle();
      else tools.load(widget.library, 'freshchat-js-sdk', settle);
    },

    refresh(widget, token) {
      if (!token || !widget.person) return;
      widget.person.jwtAuthToken = token;
      if (initialised && tools.alive()) window.fcWidget.setJWTAuthToken(token);
    },

    // Never loaded for this: without a session it has nothing to clear.
    shutdown() {
      current = undefined;
      if (initialised) end();
      // What is ending already is not ended twice.
      else if (!ending) owed = true;
    }
  };
}
