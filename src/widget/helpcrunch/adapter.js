/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @param {any[]} args */
  const stub = (...args) => { stub.q.push(args); };
  /** @type {any[][]} */
  stub.q = [];
  let loaded = false;

  // The page's own stub has a queue as well.
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
      // Where there were settings, the library has read them.
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

    // Nothing to hand over: the hash does not expire.
    refresh() {},

    // Never loaded for this: it shows the launcher, and its cookies are known by name.
    shutdown() {
      tools.emptyQueue(window.HelpCrunch && window.HelpCrunch.q);
      if (!isThere()) return;
      call('logout');
      hide();
    }
  };
}
