/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @param {any[]} args */
  const stub = (...args) => stub.c(args);
  /** @type {any[][]} */
  stub.q = [];
  /** @param {any[]} args */
  stub.c = args => stub.q.push(args);

  /** @param {any[]} args */
  const call = (...args) => {
    if (typeof window.Intercom !== 'function') window.Intercom = stub;
    window.Intercom(...args);
  };

  /** @param {import('../../snippet/types').Widget} widget */
  const everything = widget => ({ ...widget.settings, ...widget.person });

  // Turbo Drive replaces the body after the page's scripts ran, and the launcher goes with the old one.
  document.addEventListener('turbo:render', () => { if (tools.alive()) call('reattach_activator'); });

  return {
    boot(widget) {
      call('boot', everything(widget));
      tools.load(widget.library);
    },

    refresh(widget, token) {
      // A token may be on its way while the session ends.
      if (!tools.alive()) return;
      if (token && widget.person) widget.person.intercom_user_jwt = token;
      call('update', everything(widget));
    },

    shutdown(widget, load) {
      tools.emptyQueue(window.Intercom && window.Intercom.q);
      if (load || typeof window.Intercom === 'function') call('shutdown');
      // Without settings it shows nothing, so it can be loaded for the call alone.
      if (load) tools.load(widget.library);
    }
  };
}
