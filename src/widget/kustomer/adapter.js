/** @type {import('../../snippet/types').ReadingAdapterFactory} */
readJson => tools => {
  /** @typedef {import('../../snippet/types').Widget} Widget */
  /**
   * The widget of the last boot; undefined after a shutdown.
   * @type {Widget | undefined}
   */
  let currentWidget;
  // Which boot or shutdown an answer belongs to.
  let turn = 0;
  let starting = false;
  let ready = false;
  let shown = false;
  // A logout that came before the library is made up for once the library is loaded.
  let logoutPending = false;
  // How many logouts have not been answered: until then, the library may still answer by the session before.
  let logoutsRunning = 0;

  /**
   * The library asks by the id whether a person is logged in: it is read out of the token, so that it stands in the page
   * once.
   * @param {string} token
   */
  const idOf = token => readJson(token.split('.')[1]).externalId;

  /** @param {() => void} done */
  const logout = done => {
    logoutPending = false;
    logoutsRunning += 1;
    window.Kustomer.logout(() => {
      logoutsRunning -= 1;
      done();
    });
  };

  /**
   * Not on each page: the session outlives it. Whoever else is logged in goes first.
   * @param {import('../../snippet/types').BootData} person
   */
  const login = person => {
    const mine = turn;
    const stillCurrent = () => mine === turn;
    const enter = () => { if (stillCurrent()) window.Kustomer.login({ jwtToken: person.token }, () => {}); };
    if (logoutsRunning) return logout(enter);
    window.Kustomer.isLoggedIn({ externalId: idOf(person.token) }, (/** @type {any} */ answer, /** @type {any} */ error) => {
      if (stillCurrent() && (error || answer !== true)) logout(enter);
    });
  };

  const update = () => {
    if (!ready) return;
    if (currentWidget && currentWidget.person) login(currentWidget.person);
    else if (logoutPending || !currentWidget) logout(() => {});
  };

  /**
   * Without its icon where it is loaded for a logout alone.
   * @param {Widget} widget
   */
  const start = widget => {
    if (starting || !window.Kustomer) return;
    const { apiKey, ...options } = widget.settings;
    starting = true;
    shown = !!currentWidget;
    if (!currentWidget) options.hideChatIcon = true;
    window.Kustomer.start(options, () => {
      starting = false;
      ready = true;
      // Somebody came while it started for nobody.
      if (currentWidget && !shown) start(currentWidget);
      else update();
    });
  };

  /** @param {Widget} widget */
  const load = widget => {
    if (window.Kustomer) return start(widget);
    const onload = () => { if (!ready) start(currentWidget || widget); };
    // What is there when its script has run need not be ready yet.
    addEventListener('kustomerLoaded', onload, { once: true });
    tools.load(widget.library, { attributes: { 'data-kustomer-api-key': widget.settings.apiKey }, onload });
  };

  return {
    boot(widget) {
      currentWidget = widget;
      turn += 1;
      if (ready && shown) update();
      else load(widget);
    },

    // Kept for when the session is found to be over.
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
