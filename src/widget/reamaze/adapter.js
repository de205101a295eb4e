/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  const NAMES = ['Reamaze', 'reamaze'];
  /** @param {any} user */
  const idOf = user => (user && user.id) || '';
  /** @type {Record<string, any>} */
  let settings = {};
  // The id that the library has read: there is no documented way to withdraw it.
  let known = '';
  /**
   * The library, while the page cannot see it.
   * @type {Record<string, any> | null}
   */
  let hidden = null;

  const library = () => tools.global('Reamaze') || tools.global('reamaze');

  /** @param {any} support */
  const show = support => {
    window._support = support;
    if (library()) library().reload();
  };

  const hide = () => {
    if (!library()) return;
    show({ ...settings, ui: { ...settings.ui, widget: false } });
    const found = NAMES.filter(tools.global);
    hidden = Object.assign({}, ...found.map(name => ({ [name]: window[name] })));
    found.forEach(name => delete window[name]);
  };

  const noteReader = () => {
    if (library()) known = known || idOf((tools.global('_support') || {}).user);
  };

  const onload = () => {
    noteReader();
    if (!tools.alive()) hide();
  };

  return {
    boot(widget) {
      settings = widget.settings;
      // The library cannot change users: another user's widget appears on the next page load.
      if (known && known !== idOf(widget.person)) return;
      const { facts, ...user } = widget.person || {};
      Object.assign(window, hidden);
      hidden = null;
      show({ ui: {}, ...settings, user: { ...facts, ...user } });
      noteReader();
      tools.load(widget.library, { onload });
    },

    // The hash does not expire, so there is nothing to pass on.
    refresh() {},

    // The library is not loaded for a shutdown, because it would show the widget.
    shutdown(widget) {
      settings = widget.settings;
      hide();
    }
  };
}
