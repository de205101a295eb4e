tools => {
  const stub = (...args) => stub.e(args);
  stub.q = [];
  stub.e = args => { stub.q.push(args); };

  const whom = person => (person && person.email) || '';
  // Whom the library has read in its settings: it reads them once, and there is no way to take it back.
  let told;
  // The library's function, while it is kept from the page.
  let kept = null;

  const hide = () => {
    if (typeof window.Pylon !== 'function' || window.Pylon === stub) return;
    window.Pylon('hide');
    window.Pylon('hideChatBubble');
    kept = window.Pylon;
    delete window.Pylon;
  };

  const arrived = () => {
    told = whom(window.pylon && window.pylon.chat_settings);
    if (!tools.alive()) hide();
  };

  return {
    boot(widget) {
      // Another person's widget appears with the next page load.
      if (told !== undefined && told !== whom(widget.person)) return;
      window.pylon = { chat_settings: Object.assign({}, widget.settings, widget.person) };
      window.Pylon = window.Pylon || kept || stub;
      if (kept) window.Pylon('showChatBubble');
      kept = null;
      tools.load(widget.library, undefined, arrived);
    },

    // Nothing to hand over: the hash does not expire.
    refresh() {},

    shutdown() {
      // What a slow library has not seen yet may name somebody, as the settings do, which go with the globals.
      stub.q.length = 0;
      // Never loaded for this: it shows the bubble.
      hide();
    }
  };
}
