/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  // fill me in: the vendor's global, and how its loader queues calls until the library is there. Read each global with
  // `tools.global`: markup such as `<a id=__Type__>` shadows `window.__Type__`.
  const isThere = () => typeof tools.global('__Type__') === 'function';
  /** @param {any[]} args */
  const stub = (...args) => stub.q.push(args);
  /** @type {any[][]} */
  stub.q = [];

  /** @param {any[]} args */
  const call = (...args) => {
    if (!isThere()) window.__Type__ = stub;
    window.__Type__(...args);
  };

  return {
    boot(widget) {
      // fill me in: the calls that start the widget and take the identity.
      call('init', { ...widget.settings });
      if (widget.person) call('identify', widget.person);
      tools.load(widget.library, { id: '__name__-library' });
    },

    // Nothing to hand over: the hash does not expire.
    refresh() {},

    shutdown() {
      tools.emptyQueue(stub.q);
      // fill me in: the call that ends the session. If the library shows nothing without `init`, take the arguments
      // `(widget, load)` and load it for this call where `load` is true.
      if (isThere()) call('logout');
    }
  };
}
