// Stands in for the vendor's library, by what the vendor publishes. tests/browser/stubs/hmac.js says what each name means.
() => ({
  globals: ['FrontChat'],
  loadedForALogout: true,

  library(me) {
    window.FrontChat = (method, options) => {
      if (method === 'init' && !me.up && options.chatId) {
        me.up = true;
        if (options.email) me.accept(options.email, options.userHash);
      } else if (method === 'shutdown' && options.clearSession === true) {
        me.up = false;
        me.who = null;
      } else me.errors.push(method);
    };
  }
})
