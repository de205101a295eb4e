// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/jwt_libraries.js.
({ stub, replay }) => ({
  globals: ['Featurebase'],
  loadedForALogout: true,

  library() {
    const me = stub();
    let booted = false;
    const commands = {
      boot(settings) {
        if (!settings.appId) me.wrong('boot without an app');
        booted = true;
        if (settings.featurebaseJwt) me.is(settings.featurebaseJwt);
        else me.revive();
      },
      identify(person) {
        if (!booted) me.wrong('identify before boot');
        if (!person.appId) me.wrong('identify without an app');
        me.is(person.featurebaseJwt);
      },
      shutdown() {
        booted = false;
        me.end();
      }
    };
    const queue = (window.Featurebase || {}).q;
    window.Featurebase = (name, ...args) => { me.calls.push(name); commands[name](...args); };
    replay(queue, window.Featurebase);
  }
})
