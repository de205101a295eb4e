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
  // The session for which a messenger was made last.
  let madeFor = -1;
  let forPerson = false;
  /**
   * The messenger that was initialized.
   * @type {any}
   */
  let messenger;
  // The logout of the previous messenger: no other messenger is made until it has finished.
  let ending = Promise.resolve();

  /** @type {(made: any, widget: Widget, mine: number, authToken?: string) => object} */
  const sessionOf = (made, widget, mine, authToken) => {
    if (!widget.person) return new made.AnonymousSessionInfo();
    /** @type {(resolve: (token: string) => void, reject: (error: Error) => void) => void} */
    const onSessionTokenRequired = (resolve, reject) => {
      if (mine !== turn) return reject(new Error('no session'));
      tools.token('sendbird', token => { if (mine === turn) resolve(token); });
    };
    const sessionHandler = { onSessionTokenRequired, onSessionClosed() {}, onSessionError() {}, onSessionRefreshed() {} };
    return new made.ManualSessionInfo({ userId: widget.person.userId, authToken, sessionHandler });
  };

  /** @type {(widget: Widget, mine: number, authToken?: string) => Promise<void>} */
  const make = async (widget, mine, authToken) => {
    await ending;
    if (mine !== turn) return;
    const made = await tools.global('loadMessenger')();
    if (mine !== turn || !tools.alive()) return;
    messenger = made;
    const { context } = widget.person || {};
    made.initialize(Object.assign({}, widget.settings, context && { context }, {
      userSessionInfo: sessionOf(made, widget, mine, authToken)
    }));
  };

  // The timeout keeps a logout that never finishes from blocking the next user.
  /** @type {(made: any) => Promise<void>} */
  const end = async made => {
    const limit = new Promise(resolve => setTimeout(resolve, 5000));
    try {
      made.close();
      await Promise.race([made.deauthenticate(), limit]);
    } catch (error) {
      console.warn('widget-identity:', error);
    }
    made.destroy();
    // The library may have written more to the storage until now.
    tools.purge();
  };

  const endCurrent = () => {
    turn += 1;
    if (messenger) ending = end(messenger).catch(() => {});
    messenger = undefined;
  };

  const start = () => {
    const widget = currentWidget;
    if (!widget || madeFor === turn || !tools.global('loadMessenger')) return;
    const mine = madeFor = turn;
    forPerson = !!widget.person;
    /** @type {(token?: string) => void} */
    const go = token => { make(widget, mine, token).catch(error => console.warn('widget-identity:', error)); };
    if (widget.person) tools.token('sendbird', go);
    else go();
  };

  return {
    boot(widget) {
      currentWidget = widget;
      // A visitor's messenger must not continue for a user, nor a user's for a visitor.
      if (madeFor === turn && forPerson !== !!widget.person) endCurrent();
      if (tools.global('loadMessenger')) start();
      else tools.load(widget.library, { attributes: { type: 'module' }, onload: start });
    },

    // The library asks for the next token itself.
    refresh() {},

    // The library is not loaded for a shutdown: the runtime removes what it keeps in the storage.
    shutdown() {
      currentWidget = undefined;
      endCurrent();
    }
  };
}
