// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/jwt_libraries.js.
({ stub, replay }) => ({
  globals: ['uj', '$ujq'],

  library() {
    const me = stub();
    let project;
    const api = {
      init(id) {
        if (project) me.wrong('init twice');
        project = id;
        if (!me.who) me.revive();
      },
      identify(person) {
        if (!project) me.wrong('identify without init');
        me.is(person.token);
      },
      logout: me.end
    };
    const queue = window.$ujq || [];
    window.uj = {};
    Object.keys(api).forEach(name => { window.uj[name] = (...args) => { me.calls.push(name); api[name](...args); }; });
    replay(queue, (name, ...args) => window.uj[name](...args));
  }
})
