// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/jwt_libraries.js.
({ stub, claims, later }) => ({
  globals: ['Smooch'],

  library() {
    const me = stub();
    let frame = null;
    const ready = name => { me.calls.push(name); if (!frame) me.wrong(name + ' before init is done'); };
    // An earlier page's session is in the storage, and the runtime has to remove it.
    me.end();
    const methods = {
      login(externalId, jwt) { ready('login'); me.is(jwt); return Promise.resolve(); },
      logout() { ready('logout'); me.end(); return Promise.resolve(); },
      updateUser(user) {
        ready('updateUser');
        if (!me.who) me.wrong('updateUser without a user');
        me.attributes = user;
        return Promise.resolve(user);
      }
    };
    // Before the frame is there, the library has only these methods. It reads the options when the frame comes.
    const skeleton = {
      init(options) {
        me.calls.push('init');
        if (me.busy || frame) me.wrong('init twice');
        if (!options.integrationId) me.wrong('no integrationId');
        me.busy = true;
        const answers = [];
        const thenable = { then(next) { answers.push(next); return thenable; }, catch() { return thenable; } };
        later(() => {
          me.busy = false;
          frame = {};
          Object.assign(window.Smooch, methods);
          const { externalId, jwt, delegate } = options;
          if (!externalId !== !jwt) me.wrong('an id without a token, or a token without an id');
          if (jwt && claims(jwt).external_id !== externalId) me.wrong('the id of another token');
          if (jwt) me.is(jwt);
          me.ask = () => delegate.onInvalidAuth().then(token => me.is(token));
          later(() => answers.forEach(answer => answer()), 3);
        }, 5);
        return thenable;
      },
      destroy() {
        if (!frame) return;
        me.calls.push('destroy');
        frame = null;
        me.end();
        Object.keys(methods).forEach(method => delete window.Smooch[method]);
      }
    };
    window.Smooch = Object.assign({ VERSION: '5.7.19' }, skeleton);
  }
})
