/** @type {import('../../snippet/types').ReadingAdapterFactory} */
readJson => tools => {
  /**
   * Whom the library is given, each time that its frame has loaded a conversation that is not theirs yet.
   * @type {import('../../snippet/types').BootData | null}
   */
  let user = null;
  /**
   * The conversation in which the library was given them.
   * @type {string | undefined}
   */
  let identified;
  // After a reset the frame loads again; what is said before that reaches the conversation that was there.
  let resetting = false;
  /** @type {Record<string, any>} */
  let settings = {};

  const start = () => {
    const { websiteToken, baseUrl } = settings;
    if (tools.alive() && window.chatwootSDK && !window.$chatwoot) window.chatwootSDK.run({ websiteToken, baseUrl });
  };

  // A conversation's token is a new one each time that it is given out; what it stands for stays.
  const conversation = () => {
    const token = (/(?:^|; )cw_conversation=([^;]*)/.exec(document.cookie) || ['', ''])[1];
    try { return readJson(token.split('.')[1]).source_id || token; } catch { return token; }
  };

  // What this tab knows of the conversation over its page loads: other tabs have their own.
  /** @returns {any} */
  const memory = () => { try { return sessionStorage; } catch { return {}; } };
  const KEY = 'widget-identity-chatwoot';

  const setUser = () => {
    if (!user || !tools.alive() || resetting || !window.$chatwoot || !window.$chatwoot.hasLoaded) return;
    const current = conversation();
    if (current && current === identified) return;
    const { identifier, facts, ...proven } = user;
    // By this cookie the library takes them for known, whatever conversation it has by now.
    if (memory()[KEY] !== current) {
      const { websiteToken, baseDomain } = settings;
      document.cookie = 'cw_user_' + websiteToken + '=; Path=/; Max-Age=0' + (baseDomain ? '; Domain=' + baseDomain : '');
    }
    window.$chatwoot.setUser(identifier, { ...facts, ...proven });
    identified = memory()[KEY] = current;
  };

  const loaded = () => {
    resetting = false;
    setUser();
  };

  // The server put them into another conversation.
  const moved = () => { if (user && identified) identified = memory()[KEY] = conversation(); };

  // Newer libraries work on `setUser` for a while. If the session ended meanwhile, they named the former user in the
  // page, and would name them in the next frame.
  const forget = () => {
    if (!window.$chatwoot || (user && !resetting)) return;
    delete window.$chatwoot.user;
    delete window.$chatwoot.identifier;
  };

  addEventListener('chatwoot:ready', loaded);

  // After a reset there is no such event, only the frame's own message. This listener runs before the library's, which
  // shall have read the message before the next user is handed over.
  addEventListener('message', ({ origin, data }) => {
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
      window.chatwootSettings = Object.assign({}, window.chatwootSettings, looks);
      user = widget.person || null;
      identified = undefined;
      start();
      setUser();
      tools.load(widget.library, { onload: start });
    },

    // Nothing to hand over: the hash does not expire.
    refresh() {},

    shutdown(widget) {
      settings = widget.settings;
      user = null;
      // Never loaded for this: it shows the launcher.
      if (!window.$chatwoot || resetting) return;
      resetting = true;
      window.$chatwoot.reset();
    }
  };
}
