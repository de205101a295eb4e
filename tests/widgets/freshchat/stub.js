// Stands in for the vendor's library, by what the vendor publishes. tests/browser/stubs/jwt_libraries.js says what each name means.
({ stub }) => ({
  globals: ['fcWidget'],

  library() {
    const me = stub();
    let initialised = false;
    window.fcWidget = {
      init(settings) {
        me.calls.push('init');
        if (initialised) me.wrong('init twice');
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
      destroy() {
        me.calls.push('destroy');
        initialised = false;
        me.who = null;
      }
    };
  }
})
