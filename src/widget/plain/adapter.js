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
   * The email address that the library was given: there is no documented way to take it back.
   * @type {string | undefined}
   */
  let identifiedEmail;
  let shown = false;
  /**
   * The library, while the page does not have it.
   * @type {any}
   */
  let hiddenLibrary = null;

  /**
   * What is proven, and the name, take the place of any other fact.
   * @param {Record<string, any>} settings
   * @param {import('../../snippet/types').BootData} person
   */
  const detailsOf = ({ threadDetails }, { facts: { tenantIdentifier, ...facts } = {}, ...person }) => ({
    customerDetails: { ...facts, ...person },
    ...(tenantIdentifier && { threadDetails: { ...threadDetails, tenantIdentifier } })
  });

  /** @param {import('../../snippet/types').Widget} widget */
  const show = widget => {
    const library = window.Plain || hiddenLibrary;
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
    if (!currentWidget || shown || !tools.alive() || !(window.Plain || hiddenLibrary)) return;
    // Another person's widget appears with the next page load.
    if (identifiedEmail === undefined || identifiedEmail === emailOf(currentWidget.person)) show(currentWidget);
  };

  return {
    boot(widget) {
      currentWidget = widget;
      update();
      tools.load(widget.library, { onload: update });
    },

    // Nothing to hand over: the hash does not expire.
    refresh() {},

    shutdown(widget) {
      currentWidget = null;
      hiddenLibrary = window.Plain || hiddenLibrary;
      // Never loaded for this: it shows the launcher.
      if (!shown || !hiddenLibrary) return;
      shown = false;
      hiddenLibrary.close();
      // Without the person, whether it is merged into what was said before or replaces it.
      hiddenLibrary.update(Object.assign({}, widget.settings, { hideLauncher: true }));
    }
  };
}
