/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  const queue = () => window.USERFLOWJS_QUEUE = window.USERFLOWJS_QUEUE || [];
  /** @type {any} */
  const stub = { _stubbed: true, isIdentified: () => false };
  // Those that answer with a promise, and those that answer nothing.
  const promised = ['identify', 'identifyAnonymous', 'updateUser', 'group', 'updateGroup', 'track', 'start', 'endAll'];
  const silent = ['init', 'reset', 'on', 'off', 'openResourceCenter', 'closeResourceCenter', 'toggleResourceCenter'];
  promised.forEach(method => {
    stub[method] = (/** @type {any[]} */ ...args) => new Promise((resolve, reject) => {
      queue().push([method, { resolve, reject }, args]);
    });
  });
  silent.forEach(method => {
    stub[method] = (/** @type {any[]} */ ...args) => { queue().push([method, null, args]); };
  });
  // Whether the library, or the queue that it will read, knows which environment this is.
  let started = false;

  /** @type {(method: string, ...args: any[]) => void} */
  const call = (method, ...args) => {
    window.userflow = window.userflow || stub;
    const answer = window.userflow[method](...args);
    if (answer && answer.catch) answer.catch((/** @type {any} */ error) => console.warn('widget-identity:', error));
  };

  /**
   * An application that imports userflow.js has a loader of its own.
   * @param {import('../../snippet/types').Widget} widget
   */
  const load = widget => {
    if (typeof window.userflow.load !== 'function') tools.load(widget.library);
  };

  return {
    boot(widget) {
      if (!started) call('init', widget.settings.token);
      started = true;
      if (widget.person) {
        const { userId, signature, ...attributes } = widget.person;
        call('identify', userId, attributes, { signature });
      }
      load(widget);
    },

    // Nothing to hand over: the signature does not expire.
    refresh() {},

    shutdown(widget, mayLoad) {
      tools.emptyQueue(window.USERFLOWJS_QUEUE);
      // Whether that has held the `init` cannot be told; a second one is none to a library that has the first.
      started = false;
      if (mayLoad || window.userflow) call('reset');
      // Without `init` it shows nothing, so it can be loaded for the call alone.
      if (mayLoad) load(widget);
    }
  };
}
