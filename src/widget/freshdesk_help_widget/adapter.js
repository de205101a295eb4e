/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @param {any[]} args */
  const stub = (...args) => stub.q.push(args);
  /** @type {any[][]} */
  stub.q = [];

  const isThere = () => typeof tools.global('FreshworksWidget') === 'function';

  /** @param {any[]} args */
  const call = (...args) => {
    if (!isThere()) window.FreshworksWidget = stub;
    window.FreshworksWidget(...args);
  };

  const fresh = () => tools.token('freshdesk-help-widget', authenticate);

  /**
   * Passes a token, with the function that the widget calls when the token has expired.
   * @param {string} token
   */
  const authenticate = token => { if (tools.alive()) call('authenticate', { token, callback: fresh }); };

  return {
    boot(widget) {
      window.fwSettings = Object.assign({}, tools.global('fwSettings'), widget.settings);
      if (widget.person) authenticate(widget.person.token);
      tools.load(widget.library);
    },

    refresh(widget, token) {
      tools.renew(widget, token, authenticate);
    },

    shutdown(widget, load) {
      tools.emptyQueue(isThere() && window.FreshworksWidget.q);
      // The library is not loaded for a shutdown, because it would show a launcher. The queued call runs first if it
      // loads later.
      if (load || isThere()) call('logout');
    }
  };
}
