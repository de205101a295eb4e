/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /**
   * The token of the session that the library has, or will have once it has loaded.
   * @type {string | null}
   */
  let sessionToken = null;

  const crisp = () => tools.global('$crisp');
  /** @param {any[]} command */
  const push = command => { (window.$crisp = crisp() || []).push(command); };
  // Makes the library read the current token; without a token it starts a new session.
  const reset = () => push(['do', 'session:reset', [false]]);

  /** @param {string} token */
  const setToken = token => {
    if (token === sessionToken) return;
    sessionToken = window.CRISP_TOKEN_ID = token;
    // A library that has not loaded yet will read the token itself.
    if (crisp() && typeof crisp().is === 'function') reset();
  };

  return {
    boot(widget) {
      const { websiteId, cookieDomain, cookieExpire, runtimeConfig } = widget.settings;
      window.CRISP_WEBSITE_ID = websiteId;
      if (cookieDomain) window.CRISP_COOKIE_DOMAIN = cookieDomain;
      if (cookieExpire) window.CRISP_COOKIE_EXPIRE = cookieExpire;
      if (runtimeConfig) window.CRISP_RUNTIME_CONFIG = { ...tools.global('CRISP_RUNTIME_CONFIG'), ...runtimeConfig };
      const person = widget.person;
      if (person && person.token) setToken(person.token);
      if (person) {
        push(['set', 'user:email', [person.email, person.signature]]);
        Object.keys(person.facts || {}).forEach(name => push(['set', 'user:' + name, [person.facts[name]]]));
        if (person.company) push(['set', 'user:company', person.company]);
      } else window.$crisp = crisp() || [];
      tools.load(widget.library);
    },

    // The signature does not expire, so there is nothing to pass on.
    refresh() {},

    shutdown() {
      // The page may have set the token itself, as a variable that cannot be deleted.
      if (tools.global('CRISP_TOKEN_ID')) window.CRISP_TOKEN_ID = null;
      sessionToken = null;
      tools.emptyQueue(crisp());
      // The library is not loaded for a shutdown, because it would show the chatbox.
      if (crisp()) reset();
    }
  };
}
