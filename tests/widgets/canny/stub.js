// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/hmac.js.
() => ({
  globals: ['Canny'],
  onePerson: true,
  opener: 'Canny',

  library(me) {
    const queued = (window.Canny || {}).q || [];
    me.reachable = () => window.Canny === library;
    const library = (method, { appID, omitNonEssentialCookies, user, hash }) => {
      if (method !== 'identify' || !appID || hash !== user.hash) return me.errors.push(method);
      if (!omitNonEssentialCookies) me.errors.push('has no options');
      me.accept(user.id, hash);
    };
    library.q = [];
    window.Canny = library;
    queued.forEach(args => library(...args));
  }
})
