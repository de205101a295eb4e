/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  // As the vendor's loader has it: any method may be called, and waits. What the language itself asks for is none.
  const stub = new Proxy(/** @type {any} */ ({ invoked: true, then: undefined, toJSON: undefined }), {
    get: (known, method) => method in known || typeof method === 'symbol' ? known[method]
      : (/** @type {any[]} */ ...args) => { window.GleapActions.push({ e: method, a: args }); }
  });
  // Whether the library, or the queue that it will read, knows which project this is.
  let started = false;
  let loaded = false;

  const isLoaded = () => loaded || typeof window.Gleap === 'function';

  /** @type {(method: string, ...args: any[]) => void} */
  const call = (method, ...args) => {
    if (!window.Gleap) {
      window.GleapActions = [];
      window.Gleap = stub;
    }
    window.Gleap[method](...args);
  };

  return {
    boot(widget) {
      if (!started) call('initialize', widget.settings.apiKey);
      started = true;
      if (widget.person) {
        const { userId, hash, ...facts } = widget.person;
        call('identify', userId, facts, hash);
      }
      tools.load(widget.library, { onload: () => { loaded = true; } });
    },

    // Nothing to hand over: the hash does not expire.
    refresh() {},

    shutdown() {
      tools.emptyQueue(window.GleapActions);
      // Never loaded for this: it shows the button.
      if (isLoaded()) call('clearIdentity');
      else started = false;
    }
  };
}
