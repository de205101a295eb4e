// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/hmac.js.
({ turns }) => ({
  globals: ['chatwootSDK', '$chatwoot', 'chatwootSettings'],
  // Loading its frame takes several turns, so there are fewer orders.
  lengths: [1, 2, 3],
  paces: [0, 2],
  // The adapter lets the library read the frame's message first.
  settled: () => new Promise(resolve => setTimeout(resolve, 5)),

  library(me) {
    let loading = false;
    const frame = async reset => {
      loading = true;
      await turns(3);
      loading = false;
      const library = window.$chatwoot;
      library.hasLoaded = true;
      // The library sends its current user to the frame again.
      if (library.user) me.accept(library.identifier, library.user.identifier_hash);
      if (!reset) window.dispatchEvent(new Event('chatwoot:ready'));
      const data = 'chatwoot-widget:' + JSON.stringify({ event: 'loaded' });
      window.dispatchEvent(new MessageEvent('message', { origin: me.settings.baseUrl, data }));
    };
    window.chatwootSDK = { run: ({ websiteToken, baseUrl }) => {
      if (!websiteToken || baseUrl !== me.settings.baseUrl || window.$chatwoot) return me.errors.push('run');
      if (window.chatwootSettings.baseDomain !== '.example.com') me.errors.push('no settings');
      me.up = true;
      window.$chatwoot = {
        hasLoaded: false,
        setUser: (identifier, user) => {
          if (loading) me.errors.push('got a user while the frame was loading');
          if (!user.email && !user.name) me.errors.push('neither e-mail nor name');
          Object.assign(window.$chatwoot, { identifier, user });
          me.accept(identifier, user.identifier_hash);
        },
        reset: () => { me.who = null; frame(true); }
      };
      frame(false);
    } };
  }
})
