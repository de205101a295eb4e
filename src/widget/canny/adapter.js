/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @param {any[]} args */
  const stub = (...args) => { stub.q.push(args); };
  /** @type {any[][]} */
  stub.q = [];
  /**
   * The id that was passed to the library: there is no documented way to withdraw it.
   * @type {string | undefined}
   */
  let identifiedId;
  /**
   * The id in the queue, which the library will read.
   * @type {string | undefined}
   */
  let queuedId;
  /**
   * The library's function, while the page cannot see it.
   * @type {any}
   */
  let hiddenLibrary = null;
  let loaded = false;

  /**
   * @param {Record<string, any>} settings
   * @param {import('../../snippet/types').BootData} person
   */
  const identify = (settings, { hash, ...user }) => {
    window.Canny = tools.global('Canny') || hiddenLibrary || stub;
    hiddenLibrary = null;
    // The vendor has published two places for the hash.
    window.Canny('identify', { ...settings, user: Object.assign({ hash }, user), hash });
    // A function other than our own queue may be the library.
    if (window.Canny === stub && !loaded) queuedId = user.id;
    else identifiedId = user.id;
  };

  const onload = () => {
    loaded = true;
    if (queuedId !== undefined) identifiedId = queuedId;
    queuedId = undefined;
  };

  return {
    boot(widget) {
      const person = widget.person;
      // The library cannot change users: another user is identified on the next page load.
      if (person && (identifiedId === undefined || identifiedId === person.id)) identify(widget.settings, person);
      tools.load(widget.library, { id: 'canny-jssdk', onload });
    },

    // The hash does not expire, so there is nothing to pass on.
    refresh() {},

    shutdown() {
      const canny = tools.global('Canny');
      tools.emptyQueue(canny && canny.q);
      hiddenLibrary = canny || hiddenLibrary;
      queuedId = undefined;
      // There is no logout to call: the runtime removes the function with the globals.
    }
  };
}
