// Stands in for the vendor's library, by what the vendor publishes. tests/browser/stubs/hmac.js says what each name means.
() => ({
  globals: ['pylon', 'Pylon'],
  onePerson: true,
  opener: 'Pylon',
  // It reads its settings when it arrives, so one that the adapter has not loaded knows nobody.
  neverFirst: true,

  library(me) {
    const { app_id: app, email, email_hash: hash } = (window.pylon || {}).chat_settings || {};
    me.up = !!app;
    // Whatever it has read, the bubble is there, and somebody may have opened the window.
    me.shown = me.open = true;
    if (email) me.accept(email, hash);
    me.first = me.first || 'nobody';
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
