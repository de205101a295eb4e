// Stands in for the vendor's library, by what the vendor publishes. tests/browser/stubs/jwt_libraries.js says what each name means.
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
        if (me.first !== me.who) me.wrong('told of another person');
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
