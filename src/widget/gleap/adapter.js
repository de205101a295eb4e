/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  // As the vendor's loader has it: any method may be called, and waits. What the language itself asks for is none.
  const stub = new Proxy(/** @type {any} */ ({ invoked: true, then: undefined, toJSON: undefined }), {
    get: (known, method) => method in known || typeof method === 'symbol' ? known[method]
      : (/** @type {any[]} */ ...args) => { window.GleapActions.push({ e: method, a: args }); }
  });
  // So often the library may take up a session that is not the page's. Two tabs that write one cookie must not go on for ever.
  const MOST_CORRECTIONS = 5;
  // Whether the library, or the queue that it will read, knows which project this is.
  let started = false;
  // Whether a session of this page has ended: then the library keeps away from the cookie until the next boot.
  let ended = false;
  // Whether the library was the page's user at some time since the boot.
  let identified = false;
  let corrections = 0;

  const isLoaded = () => typeof window.Gleap === 'function';

  /** @type {(method: string, ...args: any[]) => void} */
  const call = (method, ...args) => {
    if (!window.Gleap) {
      window.GleapActions = [];
      window.Gleap = stub;
    }
    window.Gleap[method](...args);
  };

  /** @param {import('../../snippet/types').Widget} widget */
  const start = ({ settings: { apiKey, ...settings } }) => {
    Object.entries(settings).forEach(([method, value]) => {
      // An older library may lack the method; one that disables something takes no value.
      if ((isLoaded() && !window.Gleap[method]) || (value === false && method.startsWith('disable'))) return;
      call(method, value);
    });
    call('initialize', apiKey);
  };

  /**
   * Whom the page wants to be identified.
   * @type {import('../../snippet/types').BootData | undefined}
   */
  let person;

  const identify = () => {
    if (!person) return;
    const { userId, hash, facts, ...more } = person;
    call('identify', userId, { ...facts, ...more }, hash);
  };

  // `destroy` takes the button away and leaves the connection to the former user's replies open; only another session
  // closes that. `clearIdentity` starts one in a task of its own, which must not find another user's by then: in the
  // cookie, for its storage it has just cleared. All by the code of gleap 16.4.0.
  const end = () => {
    started = identified = false;
    ended = true;
    call('setUseCookies', false);
    call('destroy');
    call('clearIdentity');
  };

  // The library takes whatever session it finds in the browser, and each answer, also one to a question of a session that
  // has ended: it writes that down and is that user.
  const check = () => {
    if (!isLoaded()) return;
    const { userId } = window.Gleap.getIdentity() || {};
    const wanted = person && String(person.userId);
    if (userId && String(userId) === wanted) {
      identified = true;
      return;
    }
    if (tools.alive() && corrections < MOST_CORRECTIONS) {
      // An answer to the session before made the library forget the page's user.
      if (!userId && !identified) return;
      corrections++;
      identified = false;
      if (userId) call('clearIdentity');
      // The library is still in the middle of the answer, and refuses whoever waits for a session.
      setTimeout(identify);
    } else if (userId) {
      end();
      tools.purge();
    }
  };
  addEventListener('session-updated', check);

  return {
    boot(widget) {
      if (ended) call('setUseCookies', true);
      if (!started) start(widget);
      started = true;
      ended = false;
      corrections = 0;
      person = widget.person;
      identify();
      // The library reads the queue, and may take up a session, before it is there for others.
      tools.load(widget.library, { onload: check });
      check();
    },

    // Nothing to hand over: the hash does not expire.
    refresh() {},

    shutdown() {
      person = undefined;
      tools.emptyQueue(window.GleapActions);
      // Never loaded for this: it shows the button.
      if (isLoaded()) end();
      else started = false;
    }
  };
}
