/** @type {import('../../snippet/types').ReadingAdapterFactory} */
readJson => tools => {
  /** @type {any} */
  const stub = (/** @type {any[]} */ ...args) => stub.m(args);
  /** @type {any[][]} */
  stub.q = [];
  // The library may replace this function by its own.
  stub.m = (/** @type {any[]} */ args) => { stub.q.push(args); };
  // The number of the current boot or shutdown, to match a hash to it.
  let turn = 0;
  let loaded = false;

  const library = () => tools.global('sprChat');

  // The vendor's own snippet sets `loaded` on the global.
  const isThere = () => loaded || !!(library() && library().loaded);

  /** @type {(name: string, options?: any) => void} */
  const call = (name, options) => {
    window.sprChat = library() || stub;
    window.sprChat(name, options);
  };

  const end = () => {
    call('updateUserSettings', { user: {} });
    call('close');
  };

  const onload = () => {
    loaded = true;
    if (!tools.alive()) end();
  };

  /** @type {(widget: import('../../snippet/types').Widget, user?: any) => void} */
  const show = ({ settings, library: url }, user) => {
    window.sprChat = library() || stub;
    window.sprChatSettings = { ...settings, ...(user && { user }) };
    if (user && isThere()) call('updateUserSettings', { user });
    tools.load(url, { onload });
  };

  return {
    boot(widget) {
      const mine = turn += 1;
      if (!widget.person) return show(widget);
      const fetchUser = () => {
        if (mine !== turn) return;
        tools.token('sprinklr', token => { if (mine === turn) show(widget, readJson(token)); });
      };
      // The hash is valid for a minute, and no library loads before the page has. Frameworks mount shortly after that.
      tools.afterLoad(fetchUser);
    },

    // The library has a token of its own by now, so there is nothing to pass on.
    refresh() {},

    // The library is not loaded for a shutdown: it would show its trigger, and the names of what it keeps are known.
    shutdown() {
      turn += 1;
      tools.emptyQueue(library() && library().q);
      if (tools.global('sprChatSettings')) delete window.sprChatSettings.user;
      if (isThere()) end();
    }
  };
}
