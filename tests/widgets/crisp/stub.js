// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/hmac.js.
() => ({
  globals: ['$crisp', 'CRISP_TOKEN_ID', 'CRISP_WEBSITE_ID'],
  showsByItself: true,

  library(me) {
    const bind = () => { me.session = window.CRISP_TOKEN_ID || null; };
    const handle = ([verb, what, [first, second] = []]) => {
      if (verb === 'set' && what === 'user:email') me.accept(first, second);
      // The user's other data: a new session starts without them.
      else if (verb === 'set' && /^user:(nickname|phone|avatar|company)$/.test(what)) return;
      else if (verb === 'do' && what === 'session:reset' && first === false) { me.who = null; bind(); }
      else me.errors.push(verb + ' ' + what);
    };
    const queued = window.$crisp || [];
    if (me.booted() && !window.$crisp) me.errors.push('no $crisp');
    me.up = !!window.CRISP_WEBSITE_ID;
    bind();
    window.$crisp = { is: () => true, push: handle };
    queued.forEach(handle);
  },

  wrong(me, { alive, there, early, current }) {
    const wrong = [];
    if (alive && there && !early && !me.up) wrong.push('is not shown');
    if (there && me.session !== (current && current.token || null)) wrong.push('session ' + me.session);
    return wrong;
  }
})
