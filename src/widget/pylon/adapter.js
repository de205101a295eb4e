/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @param {any[]} args */
  const stub = (...args) => stub.e(args);
  /** @type {any[][]} */
  stub.q = [];
  /** @param {any[]} args */
  stub.e = args => { stub.q.push(args); };

  /** @param {import('../../snippet/types').BootData | undefined} person */
  const emailOf = person => (person && person.email) || '';
  /**
   * The email address in the settings that the library has read. It reads them once, and the address cannot be
   * withdrawn.
   * @type {string | undefined}
   */
  let identifiedEmail;
  /**
   * The library's function, while the page cannot see it.
   * @type {any}
   */
  let hiddenLibrary = null;

  const library = () => tools.global('Pylon');

  const hide = () => {
    if (typeof library() !== 'function' || library() === stub) return;
    window.Pylon('hide');
    window.Pylon('hideChatBubble');
    hiddenLibrary = window.Pylon;
    delete window.Pylon;
  };

  const onload = () => {
    identifiedEmail = emailOf((tools.global('pylon') || {}).chat_settings);
    if (!tools.alive()) hide();
  };

  return {
    boot(widget) {
      // The library cannot change users: another user's widget appears on the next page load.
      if (identifiedEmail !== undefined && identifiedEmail !== emailOf(widget.person)) return;
      // The signed address and the name override every other fact.
      const { facts, ...person } = Object.assign({}, widget.person);
      window.pylon = { chat_settings: { ...widget.settings, ...facts, ...person } };
      window.Pylon = library() || hiddenLibrary || stub;
      if (hiddenLibrary) window.Pylon('showChatBubble');
      hiddenLibrary = null;
      tools.load(widget.library, { onload });
    },

    // The hash does not expire, so there is nothing to pass on.
    refresh() {},

    shutdown() {
      tools.emptyQueue(stub.q);
      // The library is not loaded for a shutdown, because it would show the bubble.
      hide();
    }
  };
}
