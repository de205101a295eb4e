tools => {
  // The token of the session that the library has, or will have when it comes.
  let bound = null;

  const push = command => { (window.$crisp = window.$crisp || []).push(command); };
  // Takes the token that is set by now into account, and starts anew where there is none.
  const reset = () => push(['do', 'session:reset', [false]]);

  const bind = token => {
    if (token === bound) return;
    bound = window.CRISP_TOKEN_ID = token;
    // A library that is still to come reads the token by itself.
    if (window.$crisp && typeof window.$crisp.is === 'function') reset();
  };

  return {
    boot(widget) {
      window.CRISP_WEBSITE_ID = widget.settings.websiteId;
      const person = widget.person;
      if (person && person.token) bind(person.token);
      if (person) push(['set', 'user:email', [person.email, person.signature]]);
      else window.$crisp = window.$crisp || [];
      tools.load(widget.library);
    },

    // Nothing to hand over: the signature does not expire.
    refresh() {},

    shutdown() {
      // The page may have set one by itself, as a variable that cannot be deleted.
      if (window.CRISP_TOKEN_ID) window.CRISP_TOKEN_ID = null;
      bound = null;
      // What a slow library has not seen yet names somebody: it shall never see it.
      if (Array.isArray(window.$crisp)) window.$crisp.length = 0;
      // Never loaded for this: it shows the chatbox.
      if (window.$crisp) reset();
    }
  };
}
