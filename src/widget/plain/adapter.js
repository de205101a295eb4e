/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @param {import('../../snippet/types').BootData | undefined} person */
  const emailOf = person => (person && person.email) || '';
  /**
   * The widget of the last boot; null after a shutdown.
   * @type {import('../../snippet/types').Widget | null}
   */
  let currentWidget = null;
  /**
   * The email address that was passed to the library: there is no documented way to withdraw it.
   * @type {string | undefined}
   */
  let identifiedEmail;
  let shown = false;
  /**
   * The library, while the page cannot see it.
   * @type {any}
   */
  let hiddenLibrary = null;

  /**
   * The options for this user. The signed address and the name override every other fact.
   * @param {Record<string, any>} settings
   * @param {import('../../snippet/types').BootData} person
   */
  const detailsOf = ({ threadDetails }, { facts: { tenantIdentifier, ...facts } = {}, ...person }) => ({
    customerDetails: { ...facts, ...person },
    ...(tenantIdentifier && { threadDetails: { ...threadDetails, tenantIdentifier } })
  });

  const visible = () => tools.global('Plain');

  /** @param {import('../../snippet/types').Widget} widget */
  const show = widget => {
    const library = visible() || hiddenLibrary;
    const person = widget.person;
    const all = { hideLauncher: false, ...widget.settings, ...(person && detailsOf(widget.settings, person)) };
    shown = true;
    hiddenLibrary = null;
    window.Plain = library;
    if (identifiedEmail === undefined) library.init(all);
    else library.update(all);
    identifiedEmail = emailOf(person);
  };

  const update = () => {
    if (!currentWidget || shown || !tools.alive() || !(visible() || hiddenLibrary)) return;
    // The library cannot change users: another user's widget appears on the next page load.
    if (identifiedEmail === undefined || identifiedEmail === emailOf(currentWidget.person)) show(currentWidget);
  };

  return {
    boot(widget) {
      currentWidget = widget;
      update();
      tools.load(widget.library, { onload: update });
    },

    // The hash does not expire, so there is nothing to pass on.
    refresh() {},

    shutdown(widget) {
      currentWidget = null;
      hiddenLibrary = visible() || hiddenLibrary;
      // The library is not loaded for a shutdown, because it would show the launcher.
      if (!shown || !hiddenLibrary) return;
      shown = false;
      hiddenLibrary.close();
      // The settings contain no user, so it does not matter whether the library merges them or replaces the earlier
      // ones.
      hiddenLibrary.update(Object.assign({}, widget.settings, { hideLauncher: true }));
    }
  };
}
