/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /**
   * The widget of the last boot; undefined after a shutdown.
   * @type {import('../../snippet/types').Widget | undefined}
   */
  let currentWidget;

  const library = () => tools.global('HubSpotConversations');
  const settings = () => tools.global('hsConversationsSettings');

  /** @type {(widget: import('../../snippet/types').Widget, identity?: object) => void} */
  const configure = (widget, identity) => {
    window.hsConversationsSettings = Object.assign(
      settings() || {}, widget.settings, { loadImmediately: false }, identity
    );
  };

  /**
   * Runs the action now, or once the library has created its interface.
   * @param {() => void} action
   */
  const whenReady = action => {
    if (library()) action();
    else (window.hsConversationsOnReady = tools.global('hsConversationsOnReady') || []).push(action);
  };

  /**
   * Shows the chat. It must not appear before the identity is known: until then it belongs to an anonymous visitor.
   * @param {import('../../snippet/types').Widget} widget
   */
  const show = widget => {
    whenReady(() => { if (currentWidget === widget && tools.alive()) library().widget.load(); });
    tools.load(widget.library, { id: 'hs-script-loader' });
  };

  return {
    boot(widget) {
      currentWidget = widget;
      configure(widget);
      const person = widget.person;
      if (!person) return show(widget);
      tools.token('hubspot', identificationToken => {
        if (currentWidget !== widget) return;
        configure(widget, { identificationEmail: person.email, identificationToken });
        show(widget);
      });
    },

    // The library reads the token when it loads, and keeps its own session from then on.
    refresh() {},

    shutdown() {
      currentWidget = undefined;
      const known = settings();
      if (known) delete known.identificationEmail, delete known.identificationToken;
      if (!library()) return;
      library().clear({ resetWidget: true });
      library().widget.remove();
    }
  };
}
