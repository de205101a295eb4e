// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/jwt_libraries.js.
({ stub, later }) => ({
  globals: ['embeddedservice_bootstrap'],

  library() {
    const me = stub();
    let ready = false;
    const announce = () => later(() => { ready = true; window.dispatchEvent(new Event('onEmbeddedMessagingReady')); });
    me.expire = () => window.dispatchEvent(new Event('onEmbeddedMessagingIdentityTokenExpired'));
    window.embeddedservice_bootstrap = {
      settings: {},
      init(org, deployment, site, { scrt2URL }) {
        if (me.calls.includes('init')) me.wrong('init twice');
        me.calls.push('init');
        if (!org || !deployment || !site || !scrt2URL) me.wrong('init without everything');
        me.revive();
        announce();
      },
      userVerificationAPI: {
        setIdentityToken({ identityTokenType, identityToken }) {
          me.calls.push('setIdentityToken');
          if (!ready || identityTokenType !== 'JWT') me.wrong('setIdentityToken too early, or of another type');
          me.is(identityToken);
        },
        clearSession(end) {
          me.calls.push('clearSession');
          if (!ready || end !== true) me.wrong('clearSession too early, or not the session');
          ready = false;
          me.end();
          announce();
          return Promise.resolve();
        }
      }
    };
  }
})
