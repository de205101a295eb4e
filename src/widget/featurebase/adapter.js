/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @param {any[]} args */
  const stub = (...args) => stub.q.push(args);
  /** @type {any[][]} */
  stub.q = [];

  const isThere = () => typeof tools.global('Featurebase') === 'function';

  /** @param {any[]} args */
  const call = (...args) => {
    if (!isThere()) window.Featurebase = stub;
    window.Featurebase(...args);
  };

  /** @param {import('../../snippet/types').Widget} widget */
  const everything = widget => Object.assign({}, widget.settings, widget.person);

  return {
    boot(widget) {
      call('boot', everything(widget));
      tools.load(widget.library, { id: 'featurebase-sdk' });
    },

    refresh(widget, token) {
      if (!widget.person || !tools.alive()) return;
      if (token) widget.person.featurebaseJwt = token;
      // The vendor's own wrapper passes all arguments again, too.
      call('identify', everything(widget));
    },

    shutdown(widget, load) {
      tools.emptyQueue(isThere() && window.Featurebase.q);
      // Calls the global itself: the wrapper on npm waits before it ends the session, and the page may be gone by then.
      if (load || isThere()) call('shutdown');
      // The library shows nothing until `boot`, so it can be loaded for this call alone.
      if (load) tools.load(widget.library, { id: 'featurebase-sdk' });
    }
  };
}
