tools => {
  // As the vendor's loader has it: any method may be called, and waits. What the language itself asks for is none.
  const stub = new Proxy({ invoked: true, then: undefined, toJSON: undefined }, {
    get: (known, method) => method in known || typeof method === 'symbol' ? known[method]
      : (...args) => { window.GleapActions.push({ e: method, a: args }); }
  });
  // Whether the library, or the queue that it will read, knows which project this is.
  let started = false;
  let arrived = false;

  const there = () => arrived || typeof window.Gleap === 'function';

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
      tools.load(widget.library, undefined, () => { arrived = true; });
    },

    // Nothing to hand over: the hash does not expire.
    refresh() {},

    shutdown() {
      // What a slow library has not seen yet names somebody: it shall never see it.
      if (Array.isArray(window.GleapActions)) window.GleapActions.length = 0;
      // Never loaded for this: it shows the button.
      if (there()) call('clearIdentity');
      else started = false;
    }
  };
}
