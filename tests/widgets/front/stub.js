// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/hmac.js.
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
