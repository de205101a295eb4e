/** @type {import('../../snippet/types').ReadingAdapterFactory} */
readJson => tools => {
  // The library takes this array's place, and carries out what stands in it.
  const METHODS = ['identify', 'config', 'track', 'reset', 'debug', 'show', 'ping', 'page', 'hide', 'off', 'on'];
  /** @type {any} */
  const stub = [];
  METHODS.forEach(method => { stub[method] = (/** @type {any[]} */ ...args) => { stub.push([method, ...args]); return stub; }; });

  /** @type {(method: string, ...args: any[]) => void} */
  const call = (method, ...args) => {
    if (!window.drift) window.drift = window.driftt = stub;
    window.drift[method](...args);
  };

  /**
   * Drift wants the id and the attributes beside the token: they are read out of it, so that they stand in the page once.
   * @param {string} token
   */
  const identify = token => {
    const { sub, exp, ...attributes } = readJson(token.split('.')[1]);
    call('identify', sub, attributes, { userJwt: token });
  };

  // The address changes every five minutes, as in the vendor's own loader: it is chosen once for each page.
  const FIVE_MINUTES = 300000;
  const time = Math.ceil(Date.now() / FIVE_MINUTES) * FIVE_MINUTES;

  return {
    boot(widget) {
      if (Object.keys(widget.settings).length) call('config', widget.settings);
      if (widget.person) identify(widget.person.token);
      tools.load(widget.library && widget.library.replace('{time}', String(time)));
    },

    refresh(widget, token) {
      tools.renew(widget, token, identify);
    },

    shutdown(widget, load) {
      tools.emptyQueue(window.drift, ([method]) => method !== 'identify');
      // Never loaded for this: it shows a launcher. Should it be loaded later, this comes first.
      if (load || window.drift) call('reset');
    }
  };
}
