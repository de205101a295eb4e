/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  // The global in which the library looks for queued calls.
  const CALLS = 'ZohoDeskAsap__asyncalls';
  /**
   * The widget of the last boot; undefined after a shutdown.
   * @type {import('../../snippet/types').Widget | undefined}
   */
  let currentWidget;
  // The number of the current session, to match a response to it: each shutdown begins another session.
  let turn = 0;
  let waiting = false;
  let ready = false;
  // A logout that was requested before the library was ready, and runs once it is.
  let logoutPending = false;
  let hidden = false;

  /** @param {any[]} args */
  const invoke = (...args) => { tools.global('ZohoDeskAsap').invoke(...args); };

  // Hides the launcher, and with it the user's conversation, while no user is signed in. If the library does not know
  // the call, the launcher stays.
  const show = () => {
    if (hidden === !currentWidget) return;
    hidden = !currentWidget;
    try { invoke(hidden ? 'hide' : 'show', 'app.launcher'); } catch { /* The launcher stays. */ }
  };

  const update = () => {
    if (!ready) return;
    show();
    if (logoutPending) {
      logoutPending = false;
      invoke('logout');
    }
    const mine = turn;
    /** @param {(token: string) => void} succeed */
    const login = succeed => { if (mine === turn) tools.token('zoho-desk-asap', token => { if (mine === turn) succeed(token); }); };
    if (currentWidget && currentWidget.person) invoke('login', login);
  };

  const wait = () => {
    if (waiting) return;
    waiting = true;
    window.ZohoDeskAsapReady = tools.global('ZohoDeskAsapReady') || ((/** @type {() => void} */ action) => {
      const actions = window[CALLS] = tools.global(CALLS) || [];
      actions.push(action);
      if (!tools.global('ZohoDeskAsapReadyStatus')) return;
      window[CALLS] = null;
      actions.forEach((/** @type {() => void} */ each) => each());
    });
    window.ZohoDeskAsapReady(() => {
      ready = true;
      update();
    });
  };

  /** @param {import('../../snippet/types').Widget} widget */
  const load = widget => {
    wait();
    tools.load(widget.library, { id: 'zohodeskasapscript' });
  };

  return {
    boot(widget) {
      const again = currentWidget && !!currentWidget.person === !!widget.person;
      currentWidget = widget;
      if (!ready) load(widget);
      else if (!again) update();
    },

    // The widget asks for a token, so there is nothing to pass on.
    refresh() {},

    shutdown(widget, mayLoad) {
      currentWidget = undefined;
      turn += 1;
      logoutPending = true;
      if (ready) update();
      else if (mayLoad) load(widget);
    }
  };
}
