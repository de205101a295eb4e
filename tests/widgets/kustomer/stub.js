// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/jwt_libraries.js.
({ stub, later }) => ({
  globals: ['Kustomer'],
  loadedForALogout: true,

  library() {
    const me = stub();
    let started = false;
    let starting = false;
    const ready = name => { me.calls.push(name); if (!started) me.wrong(name + ' before start'); };
    window.Kustomer = {
      start(options, done) {
        me.calls.push('start');
        if ('apiKey' in options) me.wrong('the key is not an option');
        if (starting) me.wrong('start while it starts');
        starting = true;
        me.hidden = !!options.hideChatIcon;
        later(() => { starting = false; started = true; me.revive(); done(); });
      },
      isLoggedIn({ externalId }, answer) {
        ready('isLoggedIn');
        later(() => answer(me.who === externalId));
      },
      login({ jwtToken }, done) {
        ready('login');
        if (me.who) me.wrong('login over ' + me.who);
        later(() => { me.is(jwtToken); done({}); });
      },
      logout(done) {
        ready('logout');
        later(() => { me.end(); done(); }, 7);
      }
    };
    window.dispatchEvent(new Event('kustomerLoaded'));
  }
})
