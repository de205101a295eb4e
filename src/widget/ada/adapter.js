/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @typedef {import('../../snippet/types').Widget} Widget */
  /**
   * The widget of the last boot; undefined after a shutdown.
   * @type {Widget | undefined}
   */
  let currentWidget;
  // Whose session an answer belongs to: each shutdown begins another one.
  let turn = 0;
  // The session for which the chat is started, or was.
  let startedFor = -1;
  let forPerson = false;
  // Whether the chat stands in the page.
  let running = false;
  /**
   * The widget of a session of an earlier page, which the library has to forget once it is there.
   * @type {Widget | undefined}
   */
  let stale;
  // What the library is asked for, one after the other.
  let queue = Promise.resolve();

  // An action that is never answered must not hold up those that follow.
  /** @type {(action: () => any) => void} */
  const enqueue = action => {
    queue = queue.then(() => Promise.race([action(), new Promise(resolve => setTimeout(resolve, 10000))]))
      .catch(error => console.warn('widget-identity:', error));
  };

  const forget = async () => {
    try {
      await window.adaEmbed.deleteHistory();
    } finally {
      await window.adaEmbed.stop();
    }
  };

  // In an element that nobody sees: what is there of the session is to be deleted, not shown.
  /** @type {(widget: Widget) => Promise<void>} */
  const forgetUnseen = async widget => {
    const parentElement = document.createElement('div');
    parentElement.style.display = 'none';
    document.body.append(parentElement);
    try {
      await window.adaEmbed.start(Object.assign({}, widget.settings, { parentElement }));
      await forget();
    } finally {
      parentElement.remove();
    }
  };

  /** @type {(widget: Widget, mine: number, identityToken?: string) => void} */
  const show = (widget, mine, identityToken) => enqueue(() => {
    if (mine !== turn || !tools.alive()) return undefined;
    running = true;
    const { metaFields } = widget.person || {};
    return window.adaEmbed.start(Object.assign({}, widget.settings, metaFields && { metaFields },
      identityToken && { identityToken }));
  });

  const update = () => {
    if (!window.adaEmbed) return;
    if (stale) {
      const widget = stale;
      stale = undefined;
      enqueue(() => forgetUnseen(widget));
    }
    const widget = currentWidget;
    if (!widget || startedFor === turn) return;
    const mine = startedFor = turn;
    forPerson = !!widget.person;
    if (widget.person) tools.token('ada', token => show(widget, mine, token));
    else show(widget, mine);
  };

  /** @param {Widget} widget */
  const load = widget => {
    if (window.adaEmbed) return update();
    const { handle } = widget.settings;
    tools.load(widget.library, {
      id: '__ada',
      // The library starts only once the user is known.
      attributes: { 'data-handle': handle, 'data-lazy': 'true' },
      before() { window.adaSettings = Object.assign(window.adaSettings || {}, { handle, lazy: true }); },
      onload: update
    });
  };

  const end = () => {
    turn += 1;
    if (running) enqueue(forget);
    running = false;
  };

  return {
    boot(widget) {
      currentWidget = widget;
      // A visitor's chat is no person's.
      if (startedFor === turn && forPerson !== !!widget.person) end();
      load(widget);
    },

    // The token was exchanged for a session when the chat started.
    refresh() {},

    shutdown(widget, mayLoad) {
      currentWidget = undefined;
      if (mayLoad && !running) stale = widget;
      end();
      if (stale) load(widget);
    }
  };
}
