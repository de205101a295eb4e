/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /**
   * Whom the library will be given, once its frame can take it.
   * @type {import('../../snippet/types').BootData | null}
   */
  let pendingUser = null;
  // After a reset the frame loads again; what is said before that reaches the conversation that was there.
  let resetting = false;
  /** @type {Record<string, any>} */
  let settings = {};

  const start = () => {
    const { websiteToken, baseUrl } = settings;
    if (tools.alive() && window.chatwootSDK && !window.$chatwoot) window.chatwootSDK.run({ websiteToken, baseUrl });
  };

  const setUser = () => {
    if (!pendingUser || !tools.alive() || resetting || !window.$chatwoot || !window.$chatwoot.hasLoaded) return;
    const { identifier, ...user } = pendingUser;
    pendingUser = null;
    window.$chatwoot.setUser(identifier, user);
  };

  const loaded = () => {
    resetting = false;
    setUser();
  };

  addEventListener('chatwoot:ready', loaded);

  // After a reset there is no such event, only the frame's own message. The library shall have read it first.
  addEventListener('message', ({ origin, data }) => {
    const ours = resetting && origin === new URL(settings.baseUrl, location.href).origin && typeof data === 'string';
    if (ours && data.startsWith('chatwoot-widget:') && data.includes('"loaded"')) setTimeout(loaded);
  });

  return {
    boot(widget) {
      settings = widget.settings;
      const { websiteToken, baseUrl, ...looks } = settings;
      window.chatwootSettings = Object.assign({}, window.chatwootSettings, looks);
      pendingUser = widget.person || null;
      start();
      setUser();
      tools.load(widget.library, { onload: start });
    },

    // Nothing to hand over: the hash does not expire.
    refresh() {},

    shutdown(widget) {
      settings = widget.settings;
      pendingUser = null;
      // Never loaded for this: it shows the launcher.
      if (!window.$chatwoot || resetting) return;
      resetting = true;
      window.$chatwoot.reset();
    }
  };
}
