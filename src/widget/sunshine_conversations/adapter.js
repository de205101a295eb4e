/** @type {import('../../snippet/types').ReadingAdapterFactory} */
readJson => tools => {
  /**
   * The widget of the last boot; undefined after a shutdown.
   * @type {import('../../snippet/types').Widget | undefined}
   */
  let currentWidget;
  // The number of the current boot, to match a response to it.
  let turn = 0;
  // The options of the running `Smooch.init`. Until it has finished, the library accepts no other call, and it reads
  // these options late.
  /** @type {any} */
  let options;
  let ready = false;

  /**
   * The library requires the id next to the token. It is read from the token, so that the page contains it only once.
   * @param {string} token
   */
  const idOf = token => readJson(token.split('.')[1]).external_id;

  const library = () => tools.global('Smooch');
  const isLoaded = () => !!library() && !!library().init;

  // The user disappears at once, so the result of the logout is ignored.
  const end = () => {
    ready = false;
    const ended = library().logout();
    if (ended && ended.catch) ended.catch(() => {});
    library().destroy();
  };

  const forget = () => { if (options) options.externalId = options.jwt = undefined; };

  const start = () => {
    if (options || ready || !currentWidget || !isLoaded()) return;
    const { settings, person } = currentWidget;
    const mine = turn;
    // The token that the library has; it asks for another one when the server rejects it.
    let given = person && person.token;
    /** @param {(token: string) => void} resolve */
    const renew = resolve => {
      if (mine !== turn || !person) return;
      /** @param {string} token */
      const hand = token => {
        if (mine === turn) resolve(given = person.token = token);
      };
      if (person.token === given) tools.token('sunshine-conversations', hand);
      else hand(person.token);
    };
    options = Object.assign({}, settings, { delegate: { onInvalidAuth: () => new Promise(renew) } });
    if (person) Object.assign(options, { externalId: idOf(given), jwt: given });
    const settle = () => {
      options = undefined;
      ready = true;
      if (mine !== turn) end();
      else if (person && person.user) {
        const updated = library().updateUser(person.user);
        if (updated && updated.catch) updated.catch(() => {});
      }
      start();
    };
    const fail = () => {
      options = undefined;
      if (mine !== turn) start();
    };
    // Before the library's frame has loaded, `then` and `catch` each accept only one function.
    library().init(options).then(settle).catch(fail);
  };

  // A swap may have removed the library's element, which the library does not notice.
  tools.onSwap(() => {
    if (!ready || tools.read('getElementById').call(document, 'web-messenger-container')) return;
    ready = false;
    library().destroy();
    start();
  });

  return {
    boot(widget) {
      currentWidget = widget;
      if (isLoaded()) start();
      else tools.load(widget.library, { onload: start });
    },

    // The token is kept for when the library asks.
    refresh(widget, token) {
      if (token && widget.person) widget.person.token = token;
    },

    // The library is not loaded for a shutdown: it would show a button, and the runtime removes what it keeps in the
    // storage.
    shutdown() {
      currentWidget = undefined;
      turn += 1;
      forget();
      if (ready) end();
    }
  };
}
