/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @param {any[]} args */
  const stub = (...args) => stub.q.push(args);
  /** @type {any[][]} */
  stub.q = [];

  /** @param {any[]} args */
  const call = (...args) => {
    if (typeof window.Ferndesk !== 'function') window.Ferndesk = stub;
    window.Ferndesk(...args);
  };

  /**
   * Both published spellings: older help centres read `token`, newer ones `jwt`.
   * @param {string} token
   */
  const identify = token => call('identify', { token, jwt: token });

  return {
    boot(widget) {
      call('init', { ...widget.settings });
      if (widget.person) identify(widget.person.token);
      tools.load(widget.library, { id: 'ferndesk-sdk' });
    },

    refresh(widget, token) {
      tools.renew(widget, token, identify);
    },

    shutdown(widget) {
      tools.emptyQueue(stub.q);
      // Never loaded for this: its loader shows a launcher. `open` is for users: a logout opens nothing.
      const { open, ...looks } = widget.settings;
      if (typeof window.Ferndesk === 'function') call('init', looks);
    }
  };
}
