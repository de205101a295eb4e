/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @param {any[]} args */
  const stub = (...args) => stub.c(args);
  /** @type {any[][]} */
  stub.q = [];
  /** @param {any[]} args */
  stub.c = args => stub.q.push(args);

  const isThere = () => typeof tools.global('Intercom') === 'function';

  /** @param {any[]} args */
  const call = (...args) => {
    if (!isThere()) window.Intercom = stub;
    window.Intercom(...args);
  };

  /** @typedef {import('../../snippet/types').Widget} Widget */
  /**
   * The settings for Intercom. Signed-out visitors all get the same attributes. An unsigned fact never replaces a
   * signed value.
   * @param {Widget} widget
   */
  const everything = ({ settings: { salesforceToken, lead, ...settings }, person, person: { unsignedFacts, ...proven } = {} }) => ({
    ...settings, ...(person ? unsignedFacts : lead), ...proven
  });

  /**
   * The token takes too long to sign for a page to contain it. A page that stays open fetches it again when it renews
   * the JWT.
   * @param {Widget} widget
   */
  const fetchSalesforceToken = widget => {
    const name = widget.settings.salesforceToken;
    if (name && widget.person) tools.token(name, token => {
      if (!widget.person) return;
      widget.person.salesforce_identity_token = token;
      // With enforcement, Intercom rejects an update without the JWT.
      call('update', everything(widget));
    });
  };

  // Whether the library has secrets for its agent: a separate call sets them, and they stay until the next such call.
  let hasAuthTokens = false;
  /** @param {import('../../snippet/types').BootData | undefined} person */
  const setAuthTokens = person => {
    const authTokens = person && person.auth_tokens;
    if (authTokens || hasAuthTokens) call('setAuthTokens', authTokens || {});
    hasAuthTokens = !!authTokens;
  };

  // A swap removes the launcher together with the old body.
  tools.onSwap(() => call('reattach_activator'));

  return {
    boot(widget) {
      call('boot', everything(widget));
      hasAuthTokens = !!(widget.person && widget.person.auth_tokens);
      fetchSalesforceToken(widget);
      tools.load(widget.library);
    },

    refresh(widget, token) {
      // A token may arrive after the session has ended.
      if (!tools.alive()) return;
      if (token && widget.person) widget.person.intercom_user_jwt = token;
      call('update', everything(widget));
      if (!token) setAuthTokens(widget.person);
      fetchSalesforceToken(widget);
    },

    shutdown(widget, load) {
      tools.emptyQueue(isThere() && window.Intercom.q);
      if (load || isThere()) {
        setAuthTokens(undefined);
        call('shutdown');
      }
      // Without settings the library shows nothing, so it can be loaded for this call alone.
      if (load) tools.load(widget.library);
    }
  };
}
