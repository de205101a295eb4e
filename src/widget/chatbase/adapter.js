/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @param {any[]} args */
  const queue = (...args) => queue.q.push(args);
  /** @type {any[][]} */
  queue.q = [];
  // Methods are calls by their name, as with the vendor's own loader.
  const stub = new Proxy(queue, {
    get: (target, name) => name === 'q' ? target.q : (/** @type {any[]} */ ...args) => target(name, ...args)
  });

  /** @param {any[]} args */
  const call = (...args) => {
    if (typeof window.chatbase !== 'function') window.chatbase = stub;
    window.chatbase(...args);
  };

  /** @param {string} token */
  const identify = token => call('identify', { token });

  return {
    boot(widget) {
      const { id, domain, ...config } = widget.settings;
      // The page may have entries of its own there.
      window.chatbaseConfig = Object.assign({}, window.chatbaseConfig, config);
      if (widget.person) identify(widget.person.token);
      tools.load(widget.library, { id, attributes: { domain } });
    },

    refresh(widget, token) {
      tools.renew(widget, token, identify);
    },

    shutdown(widget, load) {
      tools.emptyQueue(window.chatbase && window.chatbase.q);
      // Never loaded for this: it shows a launcher. Should it be loaded later, this comes first.
      if (!load && typeof window.chatbase !== 'function') return;
      call('resetUser');
      // The conversation is the person's too.
      call('resetChat');
    }
  };
}
