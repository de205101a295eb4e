// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/jwt_libraries.js.
// A chat starts as soon as there is a provider.
({ stub, later }) => ({
  globals: ['Microsoft', 'widgetIdentityToken'],
  loadedForALogout: true,

  library() {
    const me = stub();
    const FRAME = 'Microsoft_Omnichannel_LCWidget_Chat_Iframe_Window';
    let ready = false;
    let provider = null;
    const frame = document.getElementById(FRAME) || document.createElement('div');
    frame.id = FRAME;
    frame.style.display = '';
    document.documentElement.append(frame);
    Object.defineProperty(me, 'hidden', { get: () => frame.style.display === 'none' });

    const method = action => (...args) => {
      if (!ready) me.wrong('a call before lcw:ready');
      action(...args);
    };
    me.ask = () => {
      const mine = provider;
      mine(token => {
        if (mine !== provider) me.wrong('a token for a provider that was removed');
        else me.is(token);
      });
    };
    const SDK = {
      setAuthTokenProvider: method(given => {
        me.calls.push('setAuthTokenProvider');
        if (typeof given !== 'function') me.wrong('no function');
        if (typeof window.widgetIdentityToken !== 'function') me.wrong('no client function');
        if (provider) me.wrong('a provider over another one');
        provider = given;
        me.ask();
      }),
      removeAuthTokenProvider: method(() => { me.calls.push('removeAuthTokenProvider'); provider = null; if (me.who) me.wrong('no provider for an open chat'); }),
      closeChat: method(() => { me.calls.push('closeChat'); me.end(); })
    };
    window.Microsoft = { Omnichannel: { LiveChatWidget: { SDK } } };
    later(() => {
      ready = true;
      me.revive();
      window.dispatchEvent(new Event('lcw:ready'));
    }, 3);
  }
})
