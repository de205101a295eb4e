/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @param {any[]} args */
  const stub = (...args) => stub.c(args);
  /** @type {any[][]} */
  stub.q = [];
  /** @param {any[]} args */
  stub.c = args => stub.q.push(args);

  /** @param {any[]} args */
  const call = (...args) => {
    if (typeof window.Intercom !== 'function') window.Intercom = stub;
    window.Intercom(...args);
  };

  /** @typedef {import('../../snippet/types').Widget} Widget */
  /**
   * Of a visitor, the page knows what it knows of every visitor. A fact without a signature takes no other's place.
   * @param {Widget} widget
   */
  const everything = ({ settings: { salesforceToken, lead, ...settings }, person, person: { unsignedFacts, ...proven } = {} }) => ({
    ...settings, ...(person ? unsignedFacts : lead), ...proven
  });

  /**
   * It takes too long to stand in the page. A page that stays open asks again when it renews the other one.
   * @param {Widget} widget
   */
  const fetchSalesforceToken = widget => {
    const name = widget.settings.salesforceToken;
    if (name && widget.person) tools.token(name, token => {
      if (!widget.person) return;
      widget.person.salesforce_identity_token = token;
      // Where enforcement is on, an update without the other one is refused.
      call('update', everything(widget));
    });
  };

  // Whether the library was given secrets for its agent: they have a call of their own, and stay until the next.
  let hasAuthTokens = false;
  /** @param {import('../../snippet/types').BootData | undefined} person */
  const setAuthTokens = person => {
    const authTokens = person && person.auth_tokens;
    if (authTokens || hasAuthTokens) call('setAuthTokens', authTokens || {});
    hasAuthTokens = !!authTokens;
  };

  // The launcher goes with the old body.
  tools.onSwap(() => call('reattach_activator'));

  return {
    boot(widget) {
      call('boot', everything(widget));
      hasAuthTokens = !!(widget.person && widget.person.auth_tokens);
      fetchSalesforceToken(widget);
      tools.load(widget.library);
    },

    refresh(widget, token) {
      // A token may be on its way while the session ends.
      if (!tools.alive()) return;
      if (token && widget.person) widget.person.intercom_user_jwt = token;
      call('update', everything(widget));
      if (!token) setAuthTokens(widget.person);
      fetchSalesforceToken(widget);
    },

    shutdown(widget, load) {
      tools.emptyQueue(window.Intercom && window.Intercom.q);
      if (load || typeof window.Intercom === 'function') {
        setAuthTokens(undefined);
        call('shutdown');
      }
      // Without settings it shows nothing, so it can be loaded for the call alone.
      if (load) tools.load(widget.library);
    }
  };
}
