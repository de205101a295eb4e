tools => {
  const stub = (...args) => stub.q.push(args);
  stub.q = [];

  const call = (...args) => {
    if (typeof window.FreshworksWidget !== 'function') window.FreshworksWidget = stub;
    window.FreshworksWidget(...args);
  };

  const fresh = () => tools.token('freshdesk-help-widget', authenticate);

  // The widget calls back when the token has expired.
  const authenticate = token => { if (tools.alive()) call('authenticate', { token, callback: fresh }); };

  return {
    boot(widget) {
      window.fwSettings = Object.assign({}, window.fwSettings, widget.settings);
      if (widget.person) authenticate(widget.person.token);
      tools.load(widget.library);
    },

    refresh(widget, token) {
      if (widget.person && tools.alive()) authenticate(widget.person.token = token || widget.person.token);
    },

    shutdown(widget, load) {
      // What a slow library has not seen yet names somebody: it shall never see it.
      if (window.FreshworksWidget && Array.isArray(window.FreshworksWidget.q)) window.FreshworksWidget.q.length = 0;
      // Never loaded for this: it shows a launcher. Should it be loaded later, this comes first.
      if (load || typeof window.FreshworksWidget === 'function') call('logout');
    }
  };
}
