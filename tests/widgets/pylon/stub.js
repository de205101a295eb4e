// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/hmac.js.
() => ({
  globals: ['pylon', 'Pylon'],
  onePerson: true,
  opener: 'Pylon',
  // The library reads its settings when it arrives. If the adapter has not loaded it, it finds no user.
  neverFirst: true,

  library(me) {
    const { app_id: app, email, email_hash: hash } = (window.pylon || {}).chat_settings || {};
    me.up = !!app;
    // The bubble is there with any settings, and the user may have opened the window.
    me.shown = me.open = true;
    if (email) me.accept(email, hash);
    me.first = me.first || 'visitor';
    const identity = me.who;
    window.Pylon = name => {
      if (name === 'showChatBubble') me.shown = true;
      else if (name === 'hideChatBubble') me.shown = false;
      else if (name === 'hide') me.open = false;
      else me.errors.push(name);
      me.who = me.shown ? identity : null;
    };
  },

  wrong(me, { there, found }) {
    return there && me.first !== found ? ['has read ' + me.first + ', not ' + found] : [];
  }
})
