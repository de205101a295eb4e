/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @typedef {import('../../snippet/types').Widget} Widget */
  const queue = () => window.USERFLOWJS_QUEUE = tools.global('USERFLOWJS_QUEUE') || [];
  const library = () => tools.global('userflow');
  /** @param {string} names */
  const list = names => names.split(' ');
  // The methods of the stub in userflow.js 2.14.0. These set something up, and identify no user:
  const settingUp = list('on off registerCustomInput prepareAudio disableEvalJs _setTargetEnv setBaseZIndex ' +
    'setCustomInputSelector setCustomNavigate setCustomScrollIntoView setInferenceAttributeFilter ' +
    'setInferenceAttributeNames setInferenceClassNameFilter setLinkUrlDecorator setPageTrackingDisabled ' +
    'setResourceCenterLauncherHidden setScrollPadding setServerEndpoint setShadowDomEnabled setUrlFilter');
  const silent = list('init reset remount openResourceCenter closeResourceCenter toggleResourceCenter')
    .concat(settingUp);
  const promised = list('identify identifyAnonymous updateUser group updateGroup track start startFlow startWalk ' +
    'endAll endAllFlows endChecklist debugger');

  /**
   * The widget of the last boot or shutdown.
   * @type {Widget | undefined}
   */
  let known;
  // Whether the library, or the queue that it will read, has the environment's token.
  let started = false;
  /** @type {(value?: any) => void} */
  let loaded = () => {};
  const loading = new Promise(resolve => { loaded = resolve; });

  /** @type {any} */
  const stub = {
    _stubbed: true,
    isIdentified: () => false,
    getResourceCenterState: () => null,
    load() {
      load();
      return loading;
    }
  };
  promised.forEach(method => {
    stub[method] = (/** @type {any[]} */ ...args) => new Promise((resolve, reject) => {
      queue().push([method, { resolve, reject }, args]);
    });
  });
  silent.forEach(method => {
    stub[method] = (/** @type {any[]} */ ...args) => { queue().push([method, null, args]); };
  });

  /** @type {(method: string, ...args: any[]) => void} */
  const call = (method, ...args) => {
    window.userflow = library() || stub;
    const answer = library()[method](...args);
    if (answer && answer.catch) answer.catch((/** @type {any} */ error) => console.warn('widget-identity:', error));
  };

  // If userflow.js was on the page first, it has its own loader; if it loads later, it uses this stub.
  const load = () => {
    if (!known || (library() !== stub && typeof library().load === 'function')) return;
    const attributes = (known.library || '').includes('/es2020/') ? { type: 'module' } : undefined;
    tools.load(known.library, { attributes, onload: loaded });
  };

  /** @param {Widget} widget */
  const start = ({ settings: { token, ...settings } }) => {
    Object.entries(settings).forEach(([method, value]) => {
      // An older library may lack the method; one that disables something takes no value.
      if (!(library() || stub)[method] || (value === false && method.startsWith('disable'))) return;
      call(method, value);
    });
    call('init', token);
  };

  return {
    boot(widget) {
      known = widget;
      if (!started) start(widget);
      started = true;
      if (widget.person) {
        const { userId, signature, facts, company, ...attributes } = widget.person;
        call('identify', userId, { ...facts, ...attributes }, { signature });
        if (company) call('group', company.id, company.attributes, company.signature && { signature: company.signature });
      }
      load();
    },

    // The signature does not expire, so there is nothing to pass on.
    refresh() {},

    shutdown(widget, mayLoad) {
      known = widget;
      // The application's setup stays; the other queued calls belong to a user.
      tools.emptyQueue(tools.global('USERFLOWJS_QUEUE'), ([method]) => settingUp.includes(method));
      // The queue may have contained the `init`, so the next boot sends it again. A library that has the first ignores
      // the second.
      started = false;
      if (mayLoad || library()) call('reset');
      // Without `init` the library shows nothing, so it can be loaded for this call alone.
      if (mayLoad) load();
    }
  };
}
