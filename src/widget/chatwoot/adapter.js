/** @type {import('../../snippet/types').ReadingAdapterFactory} */
readJson => tools => {
  /**
   * The user to pass to the library, each time its frame has loaded a conversation that does not yet have them.
   * @type {import('../../snippet/types').BootData | null}
   */
  let user = null;
  /**
   * The conversation in which the user was passed to the library.
   * @type {string | undefined}
   */
  let identified;
  // After a reset the frame reloads; a call before it has loaded would reach the previous conversation.
  let resetting = false;
  /** @type {Record<string, any>} */
  let settings = {};

  const chatwoot = () => tools.global('$chatwoot');

  const start = () => {
    const { websiteToken, baseUrl } = settings;
    const sdk = tools.global('chatwootSDK');
    if (tools.alive() && sdk && !chatwoot()) sdk.run({ websiteToken, baseUrl });
  };

  // The server issues a new token for a conversation each time; the `source_id` in it stays the same.
  const conversation = () => {
    const token = (/(?:^|; )cw_conversation=([^;]*)/.exec(tools.read('cookie')) || ['', ''])[1];
    try { return readJson(token.split('.')[1]).source_id || token; } catch { return token; }
  };

  // `sessionStorage` records the conversation across this tab's page loads; other tabs have their own.
  /** @returns {any} */
  const memory = () => { try { return sessionStorage; } catch { return {}; } };
  const KEY = 'widget-identity-chatwoot';

  const setUser = () => {
    if (!user || !tools.alive() || resetting || !chatwoot() || !chatwoot().hasLoaded) return;
    const current = conversation();
    if (current && current === identified) return;
    const { identifier, facts, ...proven } = user;
    // With this cookie, the library assumes that the user is known, whatever the current conversation is.
    if (memory()[KEY] !== current) {
      const { websiteToken, baseDomain } = settings;
      const domain = baseDomain ? '; Domain=' + baseDomain : '';
      Reflect.set(Document.prototype, 'cookie', 'cw_user_' + websiteToken + '=; Path=/; Max-Age=0' + domain, document);
    }
    chatwoot().setUser(identifier, { ...facts, ...proven });
    identified = memory()[KEY] = current;
  };

  const loaded = () => {
    resetting = false;
    setUser();
  };

  // The server has moved the user to another conversation.
  const moved = () => { if (user && identified) identified = memory()[KEY] = conversation(); };

  // Newer libraries process `setUser` asynchronously. If the session ended in the meantime, they wrote the former user
  // into the page, and would pass that user to the next frame.
  const forget = () => {
    if (!chatwoot() || (user && !resetting)) return;
    delete chatwoot().user;
    delete chatwoot().identifier;
  };

  tools.on('chatwoot:ready', loaded);

  // A reset fires no such event; there is only the frame's own message. This listener captures it, and so runs before the
  // library's listener, which must have read the message before the next user is passed.
  EventTarget.prototype.addEventListener.call(window, 'message', (/** @type {any} */ { origin, data }) => {
    if (typeof data !== 'string' || !data.startsWith('chatwoot-widget:')) return;
    if (origin !== new URL(settings.baseUrl, location.href).origin) return;
    if (data.includes('"loaded"')) {
      forget();
      setTimeout(loaded);
    }
    if (data.includes('"setAuthCookie"')) setTimeout(moved);
  }, true);

  return {
    boot(widget) {
      settings = widget.settings;
      const { websiteToken, baseUrl, ...looks } = settings;
      window.chatwootSettings = Object.assign({}, tools.global('chatwootSettings'), looks);
      user = widget.person || null;
      identified = undefined;
      start();
      setUser();
      tools.load(widget.library, { onload: start });
    },

    // The hash does not expire, so there is nothing to pass on.
    refresh() {},

    shutdown(widget) {
      settings = widget.settings;
      user = null;
      // The library is not loaded for a shutdown, because it would show the launcher.
      if (!chatwoot() || resetting) return;
      resetting = true;
      chatwoot().reset();
    }
  };
}
