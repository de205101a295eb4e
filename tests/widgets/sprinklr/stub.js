// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/jwt_libraries.js.
({ stub, replay }) => ({
  globals: ['sprChat', 'sprChatSettings'],

  library() {
    const me = stub();
    const is = ({ id, hash, hashCreationTime }) => {
      if (!hash || Math.abs(Date.now() - hashCreationTime) > 60000) me.wrong('no hash of this minute');
      me.identified += 1;
      me.who = window.sessions.sprinklr = id;
    };
    const { user } = window.sprChatSettings || {};
    // Without a user it forgets the former one.
    if (user) is(user);
    else me.end();
    const commands = {
      updateUserSettings: ({ user: next }) => { if (next.id) is(next); else me.end(); },
      close() {}
    };
    const { q: queue } = window.sprChat || {};
    window.sprChat = (name, ...args) => {
      me.calls.push(name);
      commands[name](...args);
    };
    window.sprChat.loaded = true;
    replay(queue, window.sprChat);
  }
})
