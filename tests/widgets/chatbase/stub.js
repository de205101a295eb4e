// Stands in for the vendor's library, by what the vendor publishes. tests/browser/stubs/jwt_libraries.js says what each name means.
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
