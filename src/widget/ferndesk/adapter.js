tools => {
  const stub = (...args) => stub.q.push(args);
  stub.q = [];

  const call = (...args) => {
    if (typeof window.Ferndesk !== 'function') window.Ferndesk = stub;
    window.Ferndesk(...args);
  };

  // Both published spellings: older help centres read `token`, newer ones `jwt`.
  const identify = token => call('identify', { token, jwt: token });

  return {
    boot(widget) {
      call('init', { ...widget.settings });
      if (widget.person) identify(widget.person.token);
      tools.load(widget.library, 'ferndesk-sdk');
    },

    refresh(widget, token) {
      if (widget.person && tools.alive()) identify(widget.person.token = token || widget.person.token);
    },

    shutdown(widget) {
      // What a slow library has not seen yet names somebody: it shall never see it.
      stub.q.length = 0;
      // Never loaded for this: its loader shows a launcher.
      if (typeof window.Ferndesk === 'function') call('init', { ...widget.settings });
    }
  };
}
