/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  // As in the vendor's loader, any method can be called, and the call is queued. Properties that JavaScript itself
  // reads are not methods.
  const stub = new Proxy(/** @type {any} */ ({ invoked: true, then: undefined, toJSON: undefined }), {
    get: (known, method) => method in known || typeof method === 'symbol' ? known[method]
      : (/** @type {any[]} */ ...args) => { window.GleapActions.push({ e: method, a: args }); }
  });
  // How often the library may resume a session that is not the page's. The limit keeps two tabs that write one cookie
  // from continuing for ever.
  const MOST_CORRECTIONS = 5;
  // Whether the library, or the queue that it will read, has the project's key.
  let started = false;
  // Whether a session of this page has ended: then the library must not use the cookie until the next boot.
  let ended = false;
  // Whether the library has identified the page's user since the boot.
  let identified = false;
  let corrections = 0;

  const library = () => tools.global('Gleap');
  const isLoaded = () => typeof library() === 'function';

  /** @type {(method: string, ...args: any[]) => void} */
  const call = (method, ...args) => {
    if (!library()) {
      window.GleapActions = [];
      window.Gleap = stub;
    }
    window.Gleap[method](...args);
  };

  /** @param {import('../../snippet/types').Widget} widget */
  const start = ({ settings: { apiKey, ...settings } }) => {
    Object.entries(settings).forEach(([method, value]) => {
      // An older library may lack the method; one that disables something takes no value.
      if ((isLoaded() && !library()[method]) || (value === false && method.startsWith('disable'))) return;
      call(method, value);
    });
    call('initialize', apiKey);
  };

  /**
   * The user whom the page wants to identify.
   * @type {import('../../snippet/types').BootData | undefined}
   */
  let person;

  const identify = () => {
    if (!person) return;
    const { userId, hash, facts, ...more } = person;
    call('identify', userId, { ...facts, ...more }, hash);
  };

  // `destroy` removes the button and leaves the connection to the former user's replies open; only a new session closes
  // that. `clearIdentity` starts one in a separate task, which must not find another user's session in the cookie; the
  // storage it has just cleared itself. All this is from the code of gleap 16.4.0.
  const end = () => {
    started = identified = false;
    ended = true;
    call('setUseCookies', false);
    call('destroy');
    call('clearIdentity');
  };

  // The library resumes any session that it finds in the browser, and accepts every response, even one to a request
  // from a session that has ended: it stores that session and becomes that user.
  const check = () => {
    if (!isLoaded()) return;
    const { userId } = library().getIdentity() || {};
    const wanted = person && String(person.userId);
    if (userId && String(userId) === wanted) {
      identified = true;
      return;
    }
    if (tools.alive() && corrections < MOST_CORRECTIONS) {
      // A response for the previous session made the library forget the page's user.
      if (!userId && !identified) return;
      corrections++;
      identified = false;
      if (userId) call('clearIdentity');
      // The library is still processing the response, and rejects calls that wait for a session.
      setTimeout(identify);
    } else if (userId) {
      end();
      tools.purge();
    }
  };
  tools.on('session-updated', check);

  return {
    boot(widget) {
      if (ended) call('setUseCookies', true);
      if (!started) start(widget);
      started = true;
      ended = false;
      corrections = 0;
      person = widget.person;
      identify();
      // The library reads the queue, and may resume a session, before its global is available.
      tools.load(widget.library, { onload: check });
      check();
    },

    // The hash does not expire, so there is nothing to pass on.
    refresh() {},

    shutdown() {
      person = undefined;
      tools.emptyQueue(tools.global('GleapActions'));
      // The library is not loaded for a shutdown, because it would show the button.
      if (isLoaded()) end();
      else started = false;
    }
  };
}
