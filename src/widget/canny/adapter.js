/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @param {any[]} args */
  const stub = (...args) => { stub.q.push(args); };
  /** @type {any[][]} */
  stub.q = [];
  /**
   * The id that the library was given: there is no documented way to take it back.
   * @type {string | undefined}
   */
  let identifiedId;
  /**
   * The id in the queue that the library will read.
   * @type {string | undefined}
   */
  let queuedId;
  /**
   * The library's function, while the page does not have it.
   * @type {any}
   */
  let hiddenLibrary = null;
  let loaded = false;

  /**
   * @param {Record<string, any>} settings
   * @param {import('../../snippet/types').BootData} person
   */
  const identify = (settings, { hash, ...user }) => {
    window.Canny = window.Canny || hiddenLibrary || stub;
    hiddenLibrary = null;
    // Both published places of the hash.
    window.Canny('identify', { ...settings, user: Object.assign({ hash }, user), hash });
    // What is not our own queue may be the library.
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
      // Another person is identified with the next page load.
      if (person && (identifiedId === undefined || identifiedId === person.id)) identify(widget.settings, person);
      tools.load(widget.library, { id: 'canny-jssdk', onload });
    },

    // Nothing to hand over: the hash does not expire.
    refresh() {},

    shutdown() {
      const canny = window.Canny;
      tools.emptyQueue(canny && canny.q);
      hiddenLibrary = canny || hiddenLibrary;
      queuedId = undefined;
      // Nothing else to call: the function goes with the globals.
    }
  };
}
