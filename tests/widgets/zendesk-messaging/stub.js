// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/jwt_libraries.js.
({ stub }) => ({
  globals: ['zE'],

  library() {
    const me = stub();
    if (!document.getElementById('ze-snippet')) me.wrong('no #ze-snippet');
    me.revive();
    let generation = 0;
    const commands = {
      loginUser(jwt, done) {
        const mine = generation += 1;
        // The library calls it again whenever it needs a token.
        me.ask = () => jwt(token => { if (mine === generation) { me.is(token); done(null); } });
        me.ask();
      },
      logoutUser() {
        generation += 1;
        me.end();
      }
    };
    window.zE = (widget, name, ...args) => {
      if (widget === 'messenger:set') return;
      if (widget !== 'messenger') me.wrong('unknown: ' + widget);
      me.calls.push(name);
      commands[name](...args);
    };
  }
})
