/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @typedef {import('../../snippet/types').Widget} Widget */
  /** @param {any[]} args */
  const call = (...args) => {
    if (typeof window.zE === 'function') window.zE('webWidget', ...args);
  };

  /**
   * The widget asks again whenever it needs a token, and each one is fetched anew.
   * @type {(name: string) => (callback: (token: string) => void) => void}
   */
  const jwtFn = name => callback => tools.token(name, callback);

  // What the library reads when it comes, if the page does not assign other settings.
  /** @type {any} */
  let ours;
  /** @returns {any} */
  const webSettings = () => {
    /** @type {any} */
    const all = window.zESettings = window.zESettings || {};
    return all.webWidget = all.webWidget || {};
  };
  const isOverwritten = () => ours && webSettings().authenticate !== ours;

  // For a library that is still to come.
  /** @param {Widget} widget */
  const setSettings = ({ settings: { zESettings } }) => {
    if (!zESettings) return;
    const webWidget = Object.assign(webSettings(), zESettings.webWidget);
    Object.assign(window.zESettings, zESettings, { webWidget });
  };

  // For one that is there.
  /** @param {Widget} widget */
  const tellSettings = ({ settings: { locale, zESettings } }) => {
    if (zESettings) call('updateSettings', zESettings);
    if (locale) call('setLocale', locale);
  };

  /** @param {Widget} widget */
  const setAuthenticate = widget => webSettings().authenticate = ours = {
    ...widget.settings.helpCenter && { jwtFn: jwtFn('zendesk-help-center') },
    ...widget.settings.chat && { chat: { jwtFn: jwtFn('zendesk-chat') } }
  };

  // A logout that came before the library is made up for once the library is loaded.
  let logoutPending = false;

  const logout = () => {
    logoutPending = typeof window.zE !== 'function';
    call('logout');
  };

  /** @param {Widget} widget */
  const reauthenticate = widget => {
    if (widget.settings.chat) call('chat:reauthenticate');
    if (widget.settings.helpCenter) call('helpCenter:reauthenticate');
  };

  // A widget that is here already has read its settings.
  /** @param {Widget} widget */
  const authenticate = widget => {
    call('updateSettings', { webWidget: { authenticate: setAuthenticate(widget) } });
    reauthenticate(widget);
  };

  return {
    boot(widget) {
      setSettings(widget);
      tellSettings(widget);
      if (widget.person) authenticate(widget);
      // Whether a library that the page loaded by itself may have read other settings than ours.
      let missed = false;
      tools.load(widget.library, {
        id: 'ze-snippet',
        onload: () => {
          tellSettings(widget);
          const late = logoutPending || !tools.alive();
          if (late) logout();
          if (tools.alive() && ours && (late || missed || isOverwritten())) authenticate(widget);
        },
        // Again before it comes: the page may have set its own settings meanwhile.
        before: found => {
          setSettings(widget);
          if (!ours) return;
          missed = found && isOverwritten();
          setAuthenticate(widget);
        }
      });
    },

    // Nothing to hand over: the widget calls `jwtFn`.
    refresh() {},

    // Never loaded for this: its loader shows a launcher.
    shutdown() {
      ours = undefined;
      logout();
    }
  };
}
