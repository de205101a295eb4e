/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  // The methods that the vendor's own snippet queues until the library has loaded. `logout` is not among them.
  const METHODS = ['event', 'attribute', 'update', 'show', 'hide', 'open', 'close'];

  const stub = () => {
    /** @type {any} */
    const customerly = [];
    // If the page has the vendor's snippet too, that snippet finds this stub instead of its own.
    customerly.loaded = true;
    customerly.queue = [];
    METHODS.forEach(method => {
      customerly[method] = (/** @type {any[]} */ ...args) => {
        customerly.queue.push([method, ...args]);
        return customerly;
      };
    });
    return customerly;
  };

  // These empty fields override whatever the library remembers of a user.
  const NOBODY = {
    user_id: undefined, email: undefined, email_hash: undefined, name: undefined, attributes: undefined, company: undefined
  };

  const library = () => tools.global('customerly');
  const isLoaded = () => !!library() && typeof library().logout === 'function';

  /** @type {(settings: Record<string, any>, person?: import('../../snippet/types').BootData) => any} */
  const everything = (settings, person) =>
    // The hash covers the lower-case address.
    ({ ...settings, ...NOBODY, ...person, ...(person && { email: person.email.toLowerCase() }) });

  return {
    boot({ settings, person, library: url }) {
      window.customerly = library() || stub();
      if (isLoaded()) library().update(everything(settings, person));
      else window.customerly.settings = everything(settings, person);
      tools.load(url);
    },

    // The hash does not expire, so there is nothing to pass on.
    refresh() {},

    // The library is not loaded for a shutdown: it would show the launcher, and the names of its cookies are known.
    shutdown({ settings }) {
      const customerly = library();
      if (!customerly) return;
      tools.emptyQueue(customerly.queue);
      // The library reads the settings again after the logout, or when it loads.
      customerly.settings = everything(settings);
      if (isLoaded()) customerly.logout();
    }
  };
}
