// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/jwt_libraries.js.
({ stub }) => ({
  globals: ['UserVoice'],
  onePerson: true,

  library() {
    const me = stub();
    const commands = {
      set({ sso }) {
        if (!sso) return;
        me.is(sso);
        me.first = me.first || me.who;
        if (me.first !== me.who) me.wrong('got another user on the same page');
      },
      addTrigger() { me.trigger = true; },
      hide: me.end
    };
    const queue = window.UserVoice || [];
    window.UserVoice = {
      push([name, ...args]) {
        me.calls.push(name);
        commands[name](...args);
      }
    };
    queue.forEach(window.UserVoice.push);
  }
})
