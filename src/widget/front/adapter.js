/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /**
   * The widget of the last boot; null after a shutdown.
   * @type {import('../../snippet/types').Widget | null}
   */
  let currentWidget = null;
  let started = false;
  // A shutdown that was requested before the library was loaded, and runs once it is.
  let shutdownPending = false;

  const isLoaded = () => typeof tools.global('FrontChat') === 'function';

  const update = () => {
    if (!isLoaded()) return;
    if (shutdownPending) {
      shutdownPending = started = false;
      window.FrontChat('shutdown', { clearSession: true });
    }
    if (!currentWidget || started || !tools.alive()) return;
    started = true;
    window.FrontChat('init', Object.assign({ useDefaultLauncher: true }, currentWidget.settings, currentWidget.person));
  };

  return {
    boot(widget) {
      currentWidget = widget;
      update();
      tools.load(widget.library, { onload: update });
    },

    // The hash does not expire, so there is nothing to pass on.
    refresh() {},

    shutdown(widget, load) {
      currentWidget = null;
      shutdownPending = true;
      update();
      // Without `init` the library shows nothing, so it can be loaded for this call alone.
      if (load) tools.load(widget.library, { onload: update });
    }
  };
}
