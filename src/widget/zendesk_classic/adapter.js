/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @typedef {import('../../snippet/types').Widget} Widget */
  const isThere = () => typeof tools.global('zE') === 'function';
  /** @param {any[]} args */
  const call = (...args) => {
    if (isThere()) window.zE('webWidget', ...args);
  };

  /**
   * A function that passes a newly fetched token to the widget, which asks whenever it needs one.
   * @type {(name: string) => (callback: (token: string) => void) => void}
   */
  const jwtFn = name => callback => tools.token(name, callback);

  // The `authenticate` settings that the library reads when it loads, unless the page assigns others.
  /** @type {any} */
  let ours;
  /** @returns {any} */
  const webSettings = () => {
    /** @type {any} */
    const all = window.zESettings = tools.global('zESettings') || {};
    return all.webWidget = all.webWidget || {};
  };
  const isOverwritten = () => ours && webSettings().authenticate !== ours;

  // These settings are for a library that has not loaded yet.
  /** @param {Widget} widget */
  const setSettings = ({ settings: { zESettings } }) => {
    if (!zESettings) return;
    const webWidget = Object.assign(webSettings(), zESettings.webWidget);
    Object.assign(window.zESettings, zESettings, { webWidget });
  };

  // These calls are for a library that has loaded.
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

  // A logout that was requested before the library was loaded, and runs once it is.
  let logoutPending = false;

  const logout = () => {
    logoutPending = !isThere();
    call('logout');
  };

  /** @param {Widget} widget */
  const reauthenticate = widget => {
    if (widget.settings.chat) call('chat:reauthenticate');
    if (widget.settings.helpCenter) call('helpCenter:reauthenticate');
  };

  // A widget that has loaded has already read its settings, so it needs calls.
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
      // Whether a library that the page loaded itself may have read other settings than ours.
      let missed = false;
      tools.load(widget.library, {
        id: 'ze-snippet',
        onload: () => {
          tellSettings(widget);
          const late = logoutPending || !tools.alive();
          if (late) logout();
          if (tools.alive() && ours && (late || missed || isOverwritten())) authenticate(widget);
        },
        // The settings are set again before the library loads, because the page may have set its own in the meantime.
        before: found => {
          setSettings(widget);
          if (!ours) return;
          missed = found && isOverwritten();
          setAuthenticate(widget);
        }
      });
    },

    // The widget calls `jwtFn`, so there is nothing to pass on.
    refresh() {},

    // The library is not loaded for a shutdown, because its loader shows a launcher.
    shutdown() {
      ours = undefined;
      logout();
    }
  };
}
