// A stub of the vendor's library, from what the vendor publishes and what its library does. The names:
// tests/browser/stubs/jwt_libraries.js.
({ stub, later }) => ({
  globals: ['fcWidget'],

  library() {
    const me = stub();
    let initialised = false;
    let listeners = [];
    window.fcWidget = {
      isInitialized: () => initialised,
      on(name, action) { listeners.push({ name, action }); },
      init(settings) {
        me.calls.push('init');
        // It ignores the call until the former widget is gone.
        if (initialised) return me.wrong('init twice');
        if (!settings.token || !settings.host) me.wrong('no token or host');
        initialised = true;
        if (settings.jwtAuthToken) me.is(settings.jwtAuthToken);
        else me.revive();
      },
      setJWTAuthToken(token) {
        me.calls.push('setJWTAuthToken');
        if (!initialised) me.wrong('a token before init');
        me.is(token);
      },
      user: {
        clear() {
          me.calls.push('clear');
          if (!initialised) me.wrong('clear before init');
          return Promise.resolve().then(me.end);
        }
      },
      // Its frame responds before the widget and its listeners are gone.
      destroy() {
        me.calls.push('destroy');
        later(() => {
          initialised = false;
          me.who = null;
          const before = listeners;
          listeners = [];
          before.filter(each => each.name === 'widget:destroyed').forEach(each => each.action());
        }, 3);
      }
    };
  }
})
