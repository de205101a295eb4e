/** @type {import('../../snippet/types').ReadingAdapterFactory} */
readJson => tools => {
  /** @typedef {import('../../snippet/types').Widget} Widget */
  /**
   * The widget of the last boot; undefined after a shutdown.
   * @type {Widget | undefined}
   */
  let currentWidget;
  // The number of the current boot or shutdown, to match a response to it.
  let turn = 0;
  let starting = false;
  let ready = false;
  let shown = false;
  // A logout that was requested before the library was loaded, and runs once it is.
  let logoutPending = false;
  // How many logouts have not finished: until then, the library may still respond for the previous session.
  let logoutsRunning = 0;

  /**
   * The library checks by the id whether a user is logged in. The id is read from the token, so that the page contains
   * it only once.
   * @param {string} token
   */
  const idOf = token => readJson(token.split('.')[1]).externalId;

  const library = () => tools.global('Kustomer');

  /** @param {() => void} done */
  const logout = done => {
    logoutPending = false;
    logoutsRunning += 1;
    library().logout(() => {
      logoutsRunning -= 1;
      done();
    });
  };

  /**
   * Logs the user in, unless they are logged in already: the session outlives the page. If another user is logged in,
   * it logs them out first.
   * @param {import('../../snippet/types').BootData} person
   */
  const login = person => {
    const mine = turn;
    const stillCurrent = () => mine === turn;
    const enter = () => { if (stillCurrent()) library().login({ jwtToken: person.token }, () => {}); };
    if (logoutsRunning) return logout(enter);
    library().isLoggedIn({ externalId: idOf(person.token) }, (/** @type {any} */ answer, /** @type {any} */ error) => {
      if (stillCurrent() && (error || answer !== true)) logout(enter);
    });
  };

  const update = () => {
    if (!ready) return;
    if (currentWidget && currentWidget.person) login(currentWidget.person);
    else if (logoutPending || !currentWidget) logout(() => {});
  };

  /**
   * Starts the library, without its icon if it is loaded only for a logout.
   * @param {Widget} widget
   */
  const start = widget => {
    if (starting || !library()) return;
    const { apiKey, ...options } = widget.settings;
    starting = true;
    shown = !!currentWidget;
    if (!currentWidget) options.hideChatIcon = true;
    library().start(options, () => {
      starting = false;
      ready = true;
      // A boot came while the library started only for a logout.
      if (currentWidget && !shown) start(currentWidget);
      else update();
    });
  };

  /** @param {Widget} widget */
  const load = widget => {
    if (library()) return start(widget);
    const onload = () => { if (!ready) start(currentWidget || widget); };
    // The library's global may exist before it is ready, so both events call `onload`.
    tools.on('kustomerLoaded', onload, true);
    tools.load(widget.library, { attributes: { 'data-kustomer-api-key': widget.settings.apiKey }, onload });
  };

  return {
    boot(widget) {
      currentWidget = widget;
      turn += 1;
      if (ready && shown) update();
      else load(widget);
    },

    // The token is kept for when the session turns out to be over.
    refresh(widget, token) {
      if (token && widget.person) widget.person.token = token;
    },

    shutdown(widget, mayLoad) {
      currentWidget = undefined;
      turn += 1;
      logoutPending = true;
      if (ready) logout(() => {});
      else if (mayLoad) load(widget);
    }
  };
}
