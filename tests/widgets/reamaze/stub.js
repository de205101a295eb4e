// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/hmac.js.
() => ({
  globals: ['_support', 'Reamaze', 'reamaze'],
  onePerson: true,
  opener: 'Reamaze',

  library(me) {
    const read = () => {
      const { account, user, ui } = window._support || {};
      if (!account) return;
      if (user && user.authkey) me.accept(user.id + ':' + user.email, user.authkey);
      me.shown = !ui || ui.widget !== false;
      me.up = me.up || me.shown;
      // It keeps the user that it has read, whether it is shown or not.
      me.who = me.shown ? me.first : null;
    };
    window.Reamaze = window.reamaze = { reload: read };
    read();
  },

  wrong(me, { alive, there, current }) {
    const isFirst = !current || me.first === current.user;
    return alive && there && isFirst && !me.shown ? ['is not shown'] : [];
  }
})
