/** @type {import('../../snippet/types').ReadingAdapterFactory} */
readJson => tools => {
  // The library replaces this array and executes the calls in it.
  const METHODS = ['identify', 'config', 'track', 'reset', 'debug', 'show', 'ping', 'page', 'hide', 'off', 'on'];
  /** @type {any} */
  const stub = [];
  METHODS.forEach(method => { stub[method] = (/** @type {any[]} */ ...args) => { stub.push([method, ...args]); return stub; }; });

  const library = () => tools.global('drift');

  /** @type {(method: string, ...args: any[]) => void} */
  const call = (method, ...args) => {
    if (!library()) window.drift = window.driftt = stub;
    window.drift[method](...args);
  };

  /**
   * Drift requires the id and the attributes next to the token. They are read from it, so that the page contains them
   * only once.
   * @param {string} token
   */
  const identify = token => {
    const { sub, exp, ...attributes } = readJson(token.split('.')[1]);
    call('identify', sub, attributes, { userJwt: token });
  };

  // As in the vendor's own loader, the address changes every five minutes. It is chosen once per page.
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
      tools.emptyQueue(library(), ([method]) => method !== 'identify');
      // The library is not loaded for a shutdown, because it would show a launcher. The queued call runs first if it
      // loads later.
      if (load || library()) call('reset');
    }
  };
}
