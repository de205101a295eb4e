/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @typedef {import('../../snippet/types').Widget} Widget */
  /**
   * The widget of the last boot; undefined after a shutdown.
   * @type {Widget | undefined}
   */
  let currentWidget;
  // The number of the current session, to match a response to it: each shutdown begins another session.
  let turn = 0;
  // The session for which the chat was started last.
  let startedFor = -1;
  let forPerson = false;
  // Whether the chat is in the page.
  let running = false;
  /**
   * A widget whose session began on an earlier page; the library must end that session once it has loaded.
   * @type {Widget | undefined}
   */
  let stale;
  // Runs the calls to the library one after the other.
  let queue = Promise.resolve();

  // The timeout keeps an action that never settles from blocking those that follow.
  /** @type {(action: () => any) => void} */
  const enqueue = action => {
    queue = queue.then(() => Promise.race([action(), new Promise(resolve => setTimeout(resolve, 10000))]))
      .catch(error => console.warn('widget-identity:', error));
  };

  const ada = () => tools.global('adaEmbed');

  const forget = async () => {
    try {
      await ada().deleteHistory();
    } finally {
      await ada().stop();
    }
  };

  // The element is invisible, because what remains of the session must be deleted, not shown.
  /** @type {(widget: Widget) => Promise<void>} */
  const forgetUnseen = async widget => {
    const parentElement = tools.read('createElement').call(document, 'div');
    parentElement.style.display = 'none';
    tools.read('body').append(parentElement);
    try {
      await ada().start(Object.assign({}, widget.settings, { parentElement }));
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
    return ada().start(Object.assign({}, widget.settings, metaFields && { metaFields },
      identityToken && { identityToken }));
  });

  const update = () => {
    if (!ada()) return;
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
    if (ada()) return update();
    const { handle } = widget.settings;
    tools.load(widget.library, {
      id: '__ada',
      // The library must start only once the user is known.
      attributes: { 'data-handle': handle, 'data-lazy': 'true' },
      before() { window.adaSettings = Object.assign(tools.global('adaSettings') || {}, { handle, lazy: true }); },
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
      // A signed-out visitor's chat must not continue for a user, nor a user's for a visitor.
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
