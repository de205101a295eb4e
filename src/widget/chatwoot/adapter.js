tools => {
  // Whom the library is to be told of, once its frame can be told.
  let wanted = null;
  // After a reset the frame loads again; what is said before that reaches the conversation that was there.
  let resetting = false;
  let settings = {};

  const start = () => {
    const { websiteToken, baseUrl } = settings;
    if (tools.alive() && window.chatwootSDK && !window.$chatwoot) window.chatwootSDK.run({ websiteToken, baseUrl });
  };

  const tell = () => {
    if (!wanted || !tools.alive() || resetting || !window.$chatwoot || !window.$chatwoot.hasLoaded) return;
    const { identifier, ...user } = wanted;
    wanted = null;
    window.$chatwoot.setUser(identifier, user);
  };

  const loaded = () => {
    resetting = false;
    tell();
  };

  addEventListener('chatwoot:ready', loaded);

  // After a reset there is no such event, only the frame's own message. The library shall have read it first.
  addEventListener('message', ({ origin, data }) => {
    const ours = resetting && origin === new URL(settings.baseUrl, location).origin && typeof data === 'string';
    if (ours && data.startsWith('chatwoot-widget:') && data.includes('"loaded"')) setTimeout(loaded);
  });

  return {
    boot(widget) {
      settings = widget.settings;
      const { websiteToken, baseUrl, ...looks } = settings;
      window.chatwootSettings = Object.assign({}, window.chatwootSettings, looks);
      wanted = widget.person || null;
      start();
      tell();
      tools.load(widget.library, undefined, start);
    },

    // Nothing to hand over: the hash does not expire.
    refresh() {},

    shutdown(widget) {
      settings = widget.settings;
      wanted = null;
      // Never loaded for this: it shows the launcher.
      if (!window.$chatwoot || resetting) return;
      resetting = true;
      window.$chatwoot.reset();
    }
  };
}
