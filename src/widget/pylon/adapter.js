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
   * The email address in the settings that the library has read: it reads them once, and there is no way to take it back.
   * @type {string | undefined}
   */
  let identifiedEmail;
  /**
   * The library's function, while the page does not have it.
   * @type {any}
   */
  let hiddenLibrary = null;

  const hide = () => {
    if (typeof window.Pylon !== 'function' || window.Pylon === stub) return;
    window.Pylon('hide');
    window.Pylon('hideChatBubble');
    hiddenLibrary = window.Pylon;
    delete window.Pylon;
  };

  const onload = () => {
    identifiedEmail = emailOf(window.pylon && window.pylon.chat_settings);
    if (!tools.alive()) hide();
  };

  return {
    boot(widget) {
      // Another person's widget appears with the next page load.
      if (identifiedEmail !== undefined && identifiedEmail !== emailOf(widget.person)) return;
      // What is proven, and the name, take the place of any other fact.
      const { facts, ...person } = Object.assign({}, widget.person);
      window.pylon = { chat_settings: { ...widget.settings, ...facts, ...person } };
      window.Pylon = window.Pylon || hiddenLibrary || stub;
      if (hiddenLibrary) window.Pylon('showChatBubble');
      hiddenLibrary = null;
      tools.load(widget.library, { onload });
    },

    // Nothing to hand over: the hash does not expire.
    refresh() {},

    shutdown() {
      tools.emptyQueue(stub.q);
      // Never loaded for this: it shows the bubble.
      hide();
    }
  };
}
