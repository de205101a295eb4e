// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/jwt_libraries.js.
({ stub, replay }) => ({
  globals: ['FreshworksWidget', 'fwSettings'],

  library() {
    const me = stub();
    me.revive();
    const commands = {
      authenticate({ token, callback }) {
        if (!(window.fwSettings || {}).widget_id) me.wrong('no widget_id');
        if (typeof callback !== 'function') me.wrong('no callback');
        me.expire = callback;
        me.attributes = { locale: (window.fwSettings || {}).locale };
        me.is(token);
      },
      logout: me.end
    };
    const queue = (window.FreshworksWidget || {}).q;
    window.FreshworksWidget = (name, ...args) => { me.calls.push(name); commands[name](...args); };
    replay(queue, window.FreshworksWidget);
  }
})
