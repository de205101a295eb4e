/** @type {import('../../snippet/types').ReadingAdapterFactory} */
readJson => tools => {
  /** @typedef {import('../../snippet/types').BootData | undefined} Person */
  /**
   * The user of the last boot; undefined for a visitor, and after a shutdown. The runtime has one widget object for all
   * users, and a separate object for each user.
   * @type {Person}
   */
  let currentPerson;
  // The token that the provider returns. The library gets the provider once, and may call its functions at any time.
  /** @type {any} */
  let token;

  /** @type {(person: Person) => Promise<any>} */
  const fetchToken = person => new Promise((resolve, reject) => {
    if (currentPerson !== person) return reject(new Error('no session'));
    tools.token('livechat', (text, expiresIn) => {
      if (currentPerson !== person) return reject(new Error('no session'));
      token = { tokenType: 'Bearer', ...readJson(text), expiresIn, creationDate: Date.now() };
      resolve(token);
    });
  });

  /** @type {(person: Person) => () => object} */
  const provider = person => () => ({
    getToken: () => token && currentPerson === person ? Promise.resolve(token) : fetchToken(person),
    getFreshToken: () => fetchToken(person),
    hasToken: () => Promise.resolve(!!token && currentPerson === person),
    invalidate: () => {
      if (currentPerson === person) token = undefined;
      return Promise.resolve();
    }
  });

  return {
    boot(widget) {
      currentPerson = widget.person;
      token = undefined;
      window.__lc = Object.assign(tools.global('__lc') || {}, widget.settings);
      if (widget.person) window.__lc.custom_identity_provider = provider(widget.person);
      else delete window.__lc.custom_identity_provider;
      const library = tools.global('LiveChatWidget');
      if (library && library.init) library.init();
      tools.load(widget.library);
    },

    // The library asks for the next token itself.
    refresh() {},

    shutdown() {
      currentPerson = token = undefined;
      if (tools.global('__lc')) delete window.__lc.custom_identity_provider;
      const library = tools.global('LiveChatWidget');
      if (library && library.call) library.call('destroy');
    }
  };
}
