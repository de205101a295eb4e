// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/jwt_libraries.js.
({ stub, claims, replay }) => ({
  globals: ['drift', 'driftt'],

  library() {
    const me = stub();
    me.revive();
    let config = {};
    const commands = {
      config(options) { config = options; },
      identify(id, attributes, { userJwt }) {
        if (id !== claims(userJwt).sub) me.wrong('the id is not the signed one');
        if ('exp' in attributes || 'sub' in attributes) me.wrong('claims among the attributes');
        me.attributes = Object.assign({}, config, attributes);
        me.is(userJwt);
      },
      reset: me.end
    };
    const queue = window.drift || [];
    const api = {};
    Object.keys(commands).forEach(name => { api[name] = (...args) => { me.calls.push(name); commands[name](...args); }; });
    window.drift = window.driftt = api;
    replay(queue, (name, ...args) => api[name](...args));
  }
})
