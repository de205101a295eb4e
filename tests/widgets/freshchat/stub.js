// Stands in for the vendor's library, by what the vendor publishes and by what its library does. tests/browser/stubs/jwt_libraries.js
// says what each name means.
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
        // It takes no notice until the one before is gone.
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
      // Its frame answers before it is gone, and with it those who listen.
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
