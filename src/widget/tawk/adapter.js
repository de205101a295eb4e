/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @typedef {import('../../snippet/types').BootData | null} User */
  /**
   * The user whom the page wants to log in.
   * @type {User}
   */
  let currentUser = null;
  /**
   * The user who was logged in last, or is being logged in.
   * @type {User}
   */
  let lastUser = null;
  // A logout that was requested before the library was loaded, and runs once it is.
  let logoutPending = false;
  // How many logouts have not finished.
  let logoutsRunning = 0;

  /** @param {User} person */
  const idOf = person => person && person.userId;
  /** @returns {any} */
  const api = () => window.Tawk_API = tools.global('Tawk_API') || {};
  const isLoaded = () => typeof api().login === 'function';

  const logout = () => {
    logoutPending = false;
    lastUser = null;
    logoutsRunning += 1;
    api().logout(() => {
      logoutsRunning -= 1;
      update();
    });
  };

  const login = () => {
    const person = lastUser = currentUser;
    api().login(Object.assign({}, person), () => {
      // The login may have succeeded after the logout that should have ended it.
      if (idOf(currentUser) !== idOf(person)) logout();
    });
  };

  // A login must not overtake the logout before it.
  const update = () => {
    if (!isLoaded()) return;
    if (logoutPending) logout();
    else if (!logoutsRunning && currentUser && idOf(currentUser) !== idOf(lastUser) && tools.alive()) login();
  };

  // The page may have an `onLoad` of its own, which must still be called.
  const hook = () => {
    const own = api().onLoad;
    api().onLoad = (/** @type {any[]} */ ...args) => {
      if (typeof own === 'function') own(...args);
      update();
    };
  };

  return {
    boot(widget) {
      currentUser = widget.person || null;
      window.Tawk_LoadStart = tools.global('Tawk_LoadStart') || new Date();
      Object.assign(api(), widget.settings);
      update();
      tools.load(widget.library, { onload: update, before: hook });
    },

    // The hash does not expire, so there is nothing to pass on.
    refresh() {},

    // The library is not loaded for a shutdown, because it would show the widget.
    shutdown() {
      currentUser = null;
      logoutPending = true;
      if (tools.global('Tawk_API')) update();
    }
  };
}
