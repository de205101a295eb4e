// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/hmac.js.
() => ({
  globals: ['Plain'],
  onePerson: true,
  opener: 'Plain',

  library(me) {
    let identity = null;
    const show = ({ customerDetails, hideLauncher }) => {
      if (customerDetails) me.accept(customerDetails.email, customerDetails.emailHash);
      identity = me.first;
      me.shown = me.open = !hideLauncher;
      me.who = me.shown ? identity : null;
    };
    window.Plain = {
      init: options => {
        if (me.up || !options.appId) me.errors.push('init');
        me.up = true;
        show(options);
      },
      update: options => { if (me.up && options.appId && !me.open) show(options); else me.errors.push('update'); },
      close: () => { if (me.up) me.open = false; else me.errors.push('close'); }
    };
  }
})
