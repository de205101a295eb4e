/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @param {any[]} args */
  const stub = (...args) => stub.q.push(args);
  /** @type {any[][]} */
  stub.q = [];

  const isThere = () => typeof tools.global('Ferndesk') === 'function';

  /** @param {any[]} args */
  const call = (...args) => {
    if (!isThere()) window.Ferndesk = stub;
    window.Ferndesk(...args);
  };

  /**
   * Passes the token in both published spellings: older help centres read `token`, newer ones `jwt`.
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
      // The library is not loaded for a shutdown, because its loader shows a launcher. `open` is left out, so that a
      // logout does not open the widget.
      const { open, ...looks } = widget.settings;
      if (isThere()) call('init', looks);
    }
  };
}
