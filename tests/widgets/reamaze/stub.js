// Stands in for the vendor's library, by what the vendor publishes. tests/browser/stubs/hmac.js says what each name means.
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
      // Whom it has read it keeps, whatever it shows.
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
