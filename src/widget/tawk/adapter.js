tools => {
  // Who is to be logged in, and who was, or is being, logged in last.
  let wanted = null;
  let last = null;
  // A shutdown that came before the library is made up for when the library is there.
  let owed = false;
  // How many logouts are on their way.
  let leaving = 0;

  const whom = person => person && person.userId;
  const api = () => window.Tawk_API = window.Tawk_API || {};
  const there = () => typeof api().login === 'function';

  const logout = () => {
    owed = false;
    last = null;
    leaving += 1;
    api().logout(() => {
      leaving -= 1;
      settle();
    });
  };

  const login = () => {
    const person = last = wanted;
    api().login(Object.assign({}, person), () => {
      // It may have gone through after the logout that should have ended it.
      if (whom(wanted) !== whom(person)) logout();
    });
  };

  // A login may not overtake the logout before it.
  const settle = () => {
    if (!there()) return;
    if (owed) logout();
    else if (!leaving && wanted && whom(wanted) !== whom(last) && tools.alive()) login();
  };

  // The page's own `onLoad` is called too.
  const hook = () => {
    const own = api().onLoad;
    api().onLoad = (...args) => {
      if (typeof own === 'function') own(...args);
      settle();
    };
  };

  return {
    boot(widget) {
      wanted = widget.person || null;
      window.Tawk_LoadStart = window.Tawk_LoadStart || new Date();
      settle();
      tools.load(widget.library, undefined, settle, hook);
    },

    // Nothing to hand over: the hash does not expire.
    refresh() {},

    // Never loaded for this: it shows the widget.
    shutdown() {
      wanted = null;
      owed = true;
      if (window.Tawk_API) settle();
    }
  };
}
