tools => {
  // For whom it is up: the widget of the last boot, or nothing.
  let current;
  // Which boot or shutdown an answer belongs to.
  let turn = 0;
  let starting = false;
  let ready = false;
  let shown = false;
  // A shutdown that came before the library is made up for when the library is there.
  let owed = false;
  // Until then, the library may still answer by the session before.
  let leaving = 0;

  // The library asks by the id whether a person is logged in: it is read out of the token, so that it stands in the page
  // once.
  const idOf = token => {
    const payload = atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(payload, character => character.charCodeAt(0)))).externalId;
  };

  const logout = done => {
    owed = false;
    leaving += 1;
    window.Kustomer.logout(() => {
      leaving -= 1;
      done();
    });
  };

  // Not on each page: the session outlives it. Whoever else is logged in goes first.
  const login = () => {
    const [widget, mine] = [current, turn];
    const still = action => () => { if (mine === turn) action(); };
    const enter = still(() => window.Kustomer.login({ jwtToken: widget.person.token }, () => {}));
    if (leaving) return logout(enter);
    window.Kustomer.isLoggedIn({ externalId: idOf(widget.person.token) }, (answer, error) => still(() => {
      if (error || answer !== true) logout(enter);
    })());
  };

  const settle = () => {
    if (!ready) return;
    if (current && current.person) login();
    else if (owed || !current) logout(() => {});
  };

  // Without its icon where it is there for a logout alone.
  const start = widget => {
    if (starting || !window.Kustomer) return;
    const { apiKey, ...options } = widget.settings;
    starting = true;
    shown = !!current;
    if (!current) options.hideChatIcon = true;
    window.Kustomer.start(options, () => {
      starting = false;
      ready = true;
      // Somebody came while it started for nobody.
      if (current && !shown) start(current);
      else settle();
    });
  };

  const bring = widget => {
    if (window.Kustomer) return start(widget);
    const arrived = () => { if (!ready) start(current || widget); };
    // What is there when its script has run need not be ready yet.
    addEventListener('kustomerLoaded', arrived, { once: true });
    tools.load(widget.library, { 'data-kustomer-api-key': widget.settings.apiKey }, arrived);
  };

  return {
    boot(widget) {
      current = widget;
      turn += 1;
      if (ready && shown) settle();
      else bring(widget);
    },

    // Kept for when the session is found to be over.
    refresh(widget, token) {
      if (token && widget.person) widget.person.token = token;
    },

    shutdown(widget, ended) {
      current = undefined;
      turn += 1;
      owed = true;
      if (ready) logout(() => {});
      else if (ended) bring(widget);
    }
  };
}
