/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @param {any[]} args */
  const stub = (...args) => { stub.q.push(args); };
  /** @type {any[][]} */
  stub.q = [];
  let loaded = false;

  const library = () => tools.global('HelpCrunch');

  // Whether the library has loaded. The page's own stub has a queue too, so a queue means that it has not.
  const isThere = () => typeof library() === 'function' && (loaded || !Array.isArray(library().q));

  /** @type {(...args: any[]) => void} */
  const call = (...args) => {
    window.HelpCrunch = library() || stub;
    window.HelpCrunch(...args);
  };

  const hide = () => {
    call('closeChat');
    call('hideChatWidget');
  };

  const onload = () => {
    loaded = true;
    if (!tools.alive()) hide();
  };

  return {
    boot({ settings, person, library: url }) {
      const { organization, ...options } = settings;
      // If the page already had settings, the library has read them and needs no `init`.
      const started = tools.global('helpcrunchSettings');
      window.HelpCrunch = library() || stub;
      window.helpcrunchSettings = { ...settings, ...(person && { user: person }) };
      if (isThere()) {
        if (!started) call('init', organization, { ...options, ...(person && { user: person }) });
        else if (person) call('userAuth', person);
        call('showChatWidget');
      }
      tools.load(url, { onload });
    },

    // The hash does not expire, so there is nothing to pass on.
    refresh() {},

    // The library is not loaded for a shutdown: it would show the launcher, and the names of its cookies are known.
    shutdown() {
      tools.emptyQueue(library() && library().q);
      if (!isThere()) return;
      call('logout');
      hide();
    }
  };
}
