tools => {
  // What is to be shown, once the library is there.
  let wanted = null;
  let started = false;
  // A shutdown that came before the library is made up for when the library is there.
  let owed = false;

  const there = () => typeof window.FrontChat === 'function';

  const settle = () => {
    if (!there()) return;
    if (owed) {
      owed = started = false;
      window.FrontChat('shutdown', { clearSession: true });
    }
    if (!wanted || started || !tools.alive()) return;
    started = true;
    window.FrontChat('init', Object.assign({ useDefaultLauncher: true }, wanted.settings, wanted.person));
  };

  return {
    boot(widget) {
      wanted = widget;
      settle();
      tools.load(widget.library, undefined, settle);
    },

    // Nothing to hand over: the hash does not expire.
    refresh() {},

    shutdown(widget, load) {
      wanted = null;
      owed = true;
      settle();
      // Without `init` it shows nothing, so it can be loaded for the call alone.
      if (load) tools.load(widget.library, undefined, settle);
    }
  };
}
