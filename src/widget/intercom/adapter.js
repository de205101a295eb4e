tools => {
  const stub = (...args) => stub.c(args);
  stub.q = [];
  stub.c = args => stub.q.push(args);

  const call = (...args) => {
    if (typeof window.Intercom !== 'function') window.Intercom = stub;
    window.Intercom(...args);
  };

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
      if (token) widget.person.intercom_user_jwt = token;
      call('update', everything(widget));
    },

    shutdown(widget, load) {
      // What a slow library has not seen yet names somebody: it shall never see it.
      if (window.Intercom && Array.isArray(window.Intercom.q)) window.Intercom.q.length = 0;
      if (load || typeof window.Intercom === 'function') call('shutdown');
      // Without settings it shows nothing, so it can be loaded for the call alone.
      if (load) tools.load(widget.library);
    }
  };
}
