tools => {
  const whom = person => (person && person.email) || '';
  // What is to be shown, once the library is there.
  let wanted = null;
  // Whom the library was told of: there is no documented way to take it back.
  let told;
  let shown = false;
  // The library, while it is kept from the page.
  let kept = null;

  const show = () => {
    const library = window.Plain || kept;
    const { settings, person } = wanted;
    const all = Object.assign({ hideLauncher: false }, settings, person && { customerDetails: person });
    shown = true;
    kept = null;
    window.Plain = library;
    if (told === undefined) library.init(all);
    else library.update(all);
    told = whom(person);
  };

  const settle = () => {
    if (!wanted || shown || !tools.alive() || !(window.Plain || kept)) return;
    // Another person's widget appears with the next page load.
    if (told === undefined || told === whom(wanted.person)) show();
  };

  return {
    boot(widget) {
      wanted = widget;
      settle();
      tools.load(widget.library, undefined, settle);
    },

    // Nothing to hand over: the hash does not expire.
    refresh() {},

    shutdown(widget) {
      wanted = null;
      kept = window.Plain || kept;
      // Never loaded for this: it shows the launcher.
      if (!shown || !kept) return;
      shown = false;
      kept.close();
      // Without the person, whether it is merged into what was said before or replaces it.
      kept.update(Object.assign({}, widget.settings, { hideLauncher: true }));
    }
  };
}
