/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @param {any[]} args */
  const queue = (...args) => queue.q.push(args);
  /** @type {any[][]} */
  queue.q = [];
  // A method is a call with its name, as in the vendor's own loader.
  const stub = new Proxy(queue, {
    get: (target, name) => name === 'q' ? target.q : (/** @type {any[]} */ ...args) => target(name, ...args)
  });

  const library = () => tools.global('chatbase');

  /** @param {any[]} args */
  const call = (...args) => {
    if (typeof library() !== 'function') window.chatbase = stub;
    window.chatbase(...args);
  };

  /** @param {string} token */
  const identify = token => call('identify', { token });

  return {
    boot(widget) {
      const { id, domain, ...config } = widget.settings;
      // The page may have set entries of its own.
      window.chatbaseConfig = Object.assign({}, tools.global('chatbaseConfig'), config);
      if (widget.person) identify(widget.person.token);
      tools.load(widget.library, { id, attributes: { domain } });
    },

    refresh(widget, token) {
      tools.renew(widget, token, identify);
    },

    shutdown(widget, load) {
      tools.emptyQueue(library() && library().q);
      // The library is not loaded for a shutdown, because it would show a launcher. The queued calls run first if it
      // loads later.
      if (!load && typeof library() !== 'function') return;
      call('resetUser');
      // The conversation belongs to the user too.
      call('resetChat');
    }
  };
}
