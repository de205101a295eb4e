/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  // What the vendor's own snippet keeps until the library is there. It has no `logout`.
  const METHODS = ['event', 'attribute', 'update', 'show', 'hide', 'open', 'close'];

  const stub = () => {
    /** @type {any} */
    const customerly = [];
    // The page's own snippet finds this one in place of its own.
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

  // Whatever the library remembers gives way to it.
  const NOBODY = {
    user_id: undefined, email: undefined, email_hash: undefined, name: undefined, attributes: undefined, company: undefined
  };

  const isLoaded = () => !!window.customerly && typeof window.customerly.logout === 'function';

  /** @type {(settings: Record<string, any>, person?: import('../../snippet/types').BootData) => any} */
  const everything = (settings, person) =>
    // The hash is over the address in lower-case letters.
    ({ ...settings, ...NOBODY, ...person, ...(person && { email: person.email.toLowerCase() }) });

  return {
    boot({ settings, person, library }) {
      window.customerly = window.customerly || stub();
      if (isLoaded()) window.customerly.update(everything(settings, person));
      else window.customerly.settings = everything(settings, person);
      tools.load(library);
    },

    // Nothing to hand over: the hash does not expire.
    refresh() {},

    // Never loaded for this: it shows the launcher, and its cookies are known by name.
    shutdown({ settings }) {
      const customerly = window.customerly;
      if (!customerly) return;
      tools.emptyQueue(customerly.queue);
      // The library reads them once more after the logout, or when it comes.
      customerly.settings = everything(settings);
      if (isLoaded()) customerly.logout();
    }
  };
}
