// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/jwt_libraries.js.
({ stub, replay }) => ({
  globals: ['chatbase', 'chatbaseConfig'],

  library() {
    const me = stub();
    me.revive();
    me.attributes = Object.assign({}, window.chatbaseConfig);
    const commands = { identify: ({ token }) => me.is(token), resetUser: me.end, resetChat() { me.chat = null; } };
    const queue = (window.chatbase || {}).q;
    window.chatbase = (name, ...args) => { me.calls.push(name); commands[name](...args); };
    replay(queue, window.chatbase);
  }
})
