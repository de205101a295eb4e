// A stub of the vendor's library, from what the vendor publishes. The names: tests/browser/stubs/jwt_libraries.js.
({ stub, claims, later }) => ({
  globals: ['ZohoDeskAsap', 'ZohoDeskAsapReady', 'ZohoDeskAsapReadyStatus', 'ZohoDeskAsap__asyncalls'],
  loadedForALogout: true,

  library() {
    const me = stub();
    let generation = 0;
    const commands = {
      login(getToken) {
        if (me.who) me.wrong('login over ' + me.who);
        const mine = generation += 1;
        me.ask = () => getToken(token => {
          if (mine !== generation) return me.wrong('a token after the logout');
          const { email_verified, not_before, not_after } = claims(token);
          // The tokens of `jwt_orders.js` contain only the user.
          if (not_after && !(email_verified && not_after - not_before > 1000)) me.wrong('no times in milliseconds');
          me.is(token);
        }, () => {});
        me.ask();
      },
      logout() { generation += 1; me.end(); },
      hide() { me.hidden = true; },
      show() { me.hidden = false; }
    };
    window.ZohoDeskAsap = { invoke(command, ...args) { me.calls.push(command); commands[command](...args); } };
    later(() => {
      me.revive();
      window.ZohoDeskAsapReadyStatus = true;
      const actions = window.ZohoDeskAsap__asyncalls || [];
      window.ZohoDeskAsap__asyncalls = null;
      actions.forEach(action => action());
    }, 3);
  }
})
