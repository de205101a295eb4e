/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @param {any[]} args */
  const stub = (...args) => { stub.q.push(args); };
  /** @type {any[][]} */
  stub.q = [];
  let loaded = false;

  // Whether the library has loaded. The page's own stub has a queue too, so a queue means that it has not.
  const isThere = () => typeof window.HelpCrunch === 'function' && (loaded || !Array.isArray(window.HelpCrunch.q));

  /** @type {(...args: any[]) => void} */
  const call = (...args) => {
    window.HelpCrunch = window.HelpCrunch || stub;
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
    boot({ settings, person, library }) {
      const { organization, ...options } = settings;
      // If the page already had settings, the library has read them and needs no `init`.
      const started = window.helpcrunchSettings;
      window.HelpCrunch = window.HelpCrunch || stub;
      window.helpcrunchSettings = { ...settings, ...(person && { user: person }) };
      if (isThere()) {
        if (!started) call('init', organization, { ...options, ...(person && { user: person }) });
        else if (person) call('userAuth', person);
        call('showChatWidget');
      }
      tools.load(library, { onload });
    },

    // The hash does not expire, so there is nothing to pass on.
    refresh() {},

    // The library is not loaded for a shutdown: it would show the launcher, and the names of its cookies are known.
    shutdown() {
      tools.emptyQueue(window.HelpCrunch && window.HelpCrunch.q);
      if (!isThere()) return;
      call('logout');
      hide();
    }
  };
}
