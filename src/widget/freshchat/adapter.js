/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  // The states that the library reports for a user whom it could not authenticate.
  const REFUSED = ['not_authenticated', 'not_created', 'not_loaded', 'unloaded'];
  const MOST_ATTEMPTS = 3;
  // How long to wait for the library, which may be blocked or never respond.
  const PATIENCE_MS = 5000;

  /**
   * The widget of the last boot; undefined after a shutdown.
   * @type {import('../../snippet/types').Widget | undefined}
   */
  let currentWidget;
  let initialised = false;
  // A logout that was requested before the library was loaded, and runs once it is.
  let logoutPending = false;
  /**
   * Settles when the previous session has ended; the next session starts after that.
   * @type {Promise<void> | undefined}
   */
  let ending;

  const library = () => tools.global('fcWidget');

  /** @param {() => any} action */
  const ignoringErrors = action => { try { return action(); } catch { return undefined; } };

  /**
   * @param {string} event
   * @param {(event: any) => void} action
   */
  const on = (event, action) => ignoringErrors(() => library().on(event, action));

  // ---- accounts that require the library's own id of the user in the token ------------------------------------------

  // The number of the current session: each shutdown begins another one.
  let session = 0;
  let attempts = 0;
  // The library's id for the user, once the adapter has it.
  let uuid = '';
  // Whether the library rejected the token in the page, and whether the widget was restarted without a token.
  let isRefused = false;
  let isWithoutToken = false;

  const authenticate = () => {
    const mine = session;
    tools.token('freshchat-uuid', token => {
      if (mine === session && initialised) ignoringErrors(() => library().authenticate(token));
    }, uuid);
  };

  /** @param {any} event */
  const onRefusal = event => {
    const { success, data } = Object(event);
    const { frameState, userState, freshchat_uuid: known } = Object(data);
    if (success !== false || !REFUSED.includes(frameState || userState)) return;
    if (!initialised || !currentWidget || !currentWidget.person || attempts === MOST_ATTEMPTS) return;
    attempts += 1;
    isRefused = true;
    const mine = session;
    const asked = known ? { data: { uuid: known } } : ignoringErrors(() => library().user.getUUID());
    Promise.resolve(asked).then(answer => {
      const found = Object(Object(answer).data).uuid;
      // The character class is negated because a match would stay in `RegExp.lastMatch`.
      if (mine !== session || !found || found.length > 64 || /[^A-Za-z0-9-]/.test(found)) return;
      uuid = found;
      authenticate();
    }, () => {});
  };

  // Some libraries destroy the widget over a token that they reject. The adapter restarts it once without a token, so
  // that it reports which id it needs.
  const onDestroyed = () => {
    if (!initialised || !isRefused || isWithoutToken) return;
    initialised = false;
    isWithoutToken = true;
    begin();
  };

  // The listeners must be added again, because a destroyed widget drops them.
  const listen = () => {
    on('frame:statechange', onRefusal);
    on('user:statechange', onRefusal);
    on('widget:destroyed', onDestroyed);
  };

  const startOver = () => {
    session += 1;
    attempts = 0;
    uuid = '';
    isRefused = isWithoutToken = false;
  };

  const config = () => {
    const widget = /** @type {import('../../snippet/types').Widget} */ (currentWidget);
    const { snippet, ...settings } = widget.settings;
    return { ...settings, ...!isWithoutToken && widget.person };
  };

  // ---- the end of a session -----------------------------------------------------------------------------------------

  /** @param {(done: () => void) => void} start */
  const patiently = start => new Promise(resolve => {
    const done = () => resolve(undefined);
    setTimeout(done, PATIENCE_MS);
    start(done);
  });

  const clear = () => patiently(done => {
    Promise.resolve(ignoringErrors(() => library().user.clear())).then(done, done);
  });

  // The widget reports when it is gone, some time after `destroy`. It ignores an `init` before that.
  const destroy = () => patiently(done => {
    on('widget:destroyed', done);
    ignoringErrors(() => library().destroy());
    if (ignoringErrors(() => library().isInitialized()) === false) done();
  });

  /** @param {Promise<any>} [loaded] */
  const end = loaded => {
    logoutPending = false;
    initialised = false;
    const cleared = loaded ? loaded.then(clear) : clear();
    const mine = ending = cleared.then(destroy).then(() => {
      if (ending === mine) ending = undefined;
    });
  };

  // ---- the code of newer accounts -----------------------------------------------------------------------------------

  // The code calls `init` itself, with the configuration. If it was already in the page, it has read the configuration
  // before we set it.
  let isMissed = false;
  // How often the code has started the widget: it is loaded again after each `destroy`.
  let arrivals = 0;

  const setConfig = () => {
    if (currentWidget && currentWidget.settings.snippet) window.fcWidgetMessengerConfig = config();
  };

  /** @param {string} token */
  const setToken = token => {
    // Older libraries have only `authenticate`.
    if (library().setJWTAuthToken) library().setJWTAuthToken(token);
    else library().authenticate(token);
  };

  const needsLogout = () => !currentWidget || (logoutPending && !currentWidget.person);

  // Runs before the library's own `init`. The configuration that the code read may be older than the last login or
  // logout.
  const arrive = () => {
    if (initialised) return;
    initialised = true;
    arrivals += 1;
    listen();
    if (needsLogout()) end(patiently(done => on('widget:loaded', done)));
    else if (isMissed && currentWidget && currentWidget.person) setToken(currentWidget.person.jwtAuthToken);
    logoutPending = false;
    if (ending) ending.then(begin);
  };

  /** @type {(() => void) | undefined} */
  let pagesOnInit;
  const onInit = () => {
    if (pagesOnInit) ignoringErrors(pagesOnInit);
    arrive();
  };

  /** @param {import('../../snippet/types').Widget} widget */
  const loadSnippet = widget => {
    tools.load(widget.library + (arrivals ? '#' + arrivals : ''), {
      attributes: { chat: 'true' },
      before: found => {
        isMissed = found;
        setConfig();
        /** @type {any} */
        const settings = window.fcSettings = tools.global('fcSettings') || {};
        if (settings.onInit !== onInit) pagesOnInit = settings.onInit;
        settings.onInit = onInit;
      },
      onload: () => { if (isMissed && library()) arrive(); }
    });
  };

  const begin = () => {
    if (!currentWidget || initialised || ending) return;
    if (currentWidget.settings.snippet) return loadSnippet(currentWidget);
    if (!library()) return;
    initialised = true;
    listen();
    library().init(config());
  };

  const update = () => {
    if (!library() || !currentWidget) return;
    // A visitor must not appear as the former user: the widget resumes that session only to end it.
    if (needsLogout()) {
      begin();
      end();
    }
    logoutPending = false;
    if (ending) ending.then(begin);
    else begin();
  };

  return {
    boot(widget) {
      currentWidget = widget;
      setConfig();
      if (widget.settings.snippet) ending ? ending.then(begin) : begin();
      else if (library()) update();
      else tools.load(widget.library, { id: 'freshchat-js-sdk', onload: update });
    },

    refresh(widget, token) {
      if (!token || !widget.person) return;
      widget.person.jwtAuthToken = token;
      if (!tools.alive()) return;
      setConfig();
      if (!initialised) return;
      if (uuid) authenticate();
      else setToken(token);
    },

    // The library is not loaded for a shutdown: without a session it has nothing to clear.
    shutdown(widget) {
      currentWidget = undefined;
      startOver();
      const configured = tools.global('fcWidgetMessengerConfig');
      if (widget.settings.snippet && configured) delete configured.jwtAuthToken;
      if (initialised) end();
      // A session that is already ending must not end twice.
      else if (!ending) logoutPending = true;
    }
  };
}
