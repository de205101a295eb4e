/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  const NAMES = ['Reamaze', 'reamaze'];
  /** @param {any} user */
  const idOf = user => (user && user.id) || '';
  /** @type {Record<string, any>} */
  let settings = {};
  // The id that the library has read: there is no documented way to take it back.
  let known = '';
  /**
   * The library, while the page does not have it.
   * @type {Record<string, any> | null}
   */
  let hidden = null;

  const library = () => window.Reamaze || window.reamaze;

  /** @param {any} support */
  const show = support => {
    window._support = support;
    if (library()) library().reload();
  };

  const hide = () => {
    if (!library()) return;
    show({ ...settings, ui: { ...settings.ui, widget: false } });
    const found = NAMES.filter(name => window[name]);
    hidden = Object.assign({}, ...found.map(name => ({ [name]: window[name] })));
    found.forEach(name => delete window[name]);
  };

  const noteReader = () => {
    if (library()) known = known || idOf(window._support && window._support.user);
  };

  const onload = () => {
    noteReader();
    if (!tools.alive()) hide();
  };

  return {
    boot(widget) {
      settings = widget.settings;
      // Another person's widget appears with the next page load.
      if (known && known !== idOf(widget.person)) return;
      const { facts, ...user } = widget.person || {};
      Object.assign(window, hidden);
      hidden = null;
      show({ ui: {}, ...settings, user: { ...facts, ...user } });
      noteReader();
      tools.load(widget.library, { onload });
    },

    // Nothing to hand over: the hash does not expire.
    refresh() {},

    // Never loaded for this: it shows the widget.
    shutdown(widget) {
      settings = widget.settings;
      hide();
    }
  };
}
