/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /**
   * The widget of the last boot; null after a shutdown.
   * @type {import('../../snippet/types').Widget | null}
   */
  let currentWidget = null;
  let started = false;
  // A shutdown that came before the library is made up for once the library is loaded.
  let shutdownPending = false;

  const isLoaded = () => typeof window.FrontChat === 'function';

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

    // Nothing to hand over: the hash does not expire.
    refresh() {},

    shutdown(widget, load) {
      currentWidget = null;
      shutdownPending = true;
      update();
      // Without `init` it shows nothing, so it can be loaded for the call alone.
      if (load) tools.load(widget.library, { onload: update });
    }
  };
}
