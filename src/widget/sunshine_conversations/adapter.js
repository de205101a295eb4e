/** @type {import('../../snippet/types').ReadingAdapterFactory} */
readJson => tools => {
  /**
   * The widget of the last boot; undefined after a shutdown.
   * @type {import('../../snippet/types').Widget | undefined}
   */
  let currentWidget;
  // Which boot an answer belongs to.
  let turn = 0;
  // What `Smooch.init` was called with. Until the library answers, it takes no other call, and reads these late.
  /** @type {any} */
  let options;
  let ready = false;

  /**
   * The library wants the id beside the token: it is read out of the token, so that it stands in the page once.
   * @param {string} token
   */
  const idOf = token => readJson(token.split('.')[1]).external_id;

  // The person goes out of sight at once; an answer of the logout belongs to nobody.
  const end = () => {
    ready = false;
    const ended = window.Smooch.logout();
    if (ended && ended.catch) ended.catch(() => {});
    window.Smooch.destroy();
  };

  const forget = () => { if (options) options.externalId = options.jwt = undefined; };

  const start = () => {
    if (options || ready || !currentWidget || !window.Smooch || !window.Smooch.init) return;
    const { settings, person } = currentWidget;
    const mine = turn;
    // The token that the library has: it asks when this one is refused.
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
        const updated = window.Smooch.updateUser(person.user);
        if (updated && updated.catch) updated.catch(() => {});
      }
      start();
    };
    const fail = () => {
      options = undefined;
      if (mine !== turn) start();
    };
    // Before the library's frame is there, each of the two takes one function alone.
    window.Smooch.init(options).then(settle).catch(fail);
  };

  // What a page without its body has lost, the library does not know.
  tools.onSwap(() => {
    if (!ready || document.getElementById('web-messenger-container')) return;
    ready = false;
    window.Smooch.destroy();
    start();
  });

  return {
    boot(widget) {
      currentWidget = widget;
      if (window.Smooch && window.Smooch.init) start();
      else tools.load(widget.library, { onload: start });
    },

    // Kept for when the library asks.
    refresh(widget, token) {
      if (token && widget.person) widget.person.token = token;
    },

    // Never loaded for this: it shows a button, and what it keeps in the storage is removed.
    shutdown() {
      currentWidget = undefined;
      turn += 1;
      forget();
      if (ready) end();
    }
  };
}
