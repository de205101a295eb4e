/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /** @typedef {import('../../snippet/types').Widget} Widget */
  const queue = () => window.USERFLOWJS_QUEUE = window.USERFLOWJS_QUEUE || [];
  /** @param {string} names */
  const list = names => names.split(' ');
  // What the stub of userflow.js 2.14.0 has. Those that set something up, and name nobody:
  const settingUp = list('on off registerCustomInput prepareAudio disableEvalJs _setTargetEnv setBaseZIndex ' +
    'setCustomInputSelector setCustomNavigate setCustomScrollIntoView setInferenceAttributeFilter ' +
    'setInferenceAttributeNames setInferenceClassNameFilter setLinkUrlDecorator setPageTrackingDisabled ' +
    'setResourceCenterLauncherHidden setScrollPadding setServerEndpoint setShadowDomEnabled setUrlFilter');
  const silent = list('init reset remount openResourceCenter closeResourceCenter toggleResourceCenter')
    .concat(settingUp);
  const promised = list('identify identifyAnonymous updateUser group updateGroup track start startFlow startWalk ' +
    'endAll endAllFlows endChecklist debugger');

  /**
   * The last one that was booted or shut down.
   * @type {Widget | undefined}
   */
  let known;
  // Whether the library, or the queue that it will read, knows which environment this is.
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
    window.userflow = window.userflow || stub;
    const answer = window.userflow[method](...args);
    if (answer && answer.catch) answer.catch((/** @type {any} */ error) => console.warn('widget-identity:', error));
  };

  // An application whose userflow.js came first has a loader of its own; one whose userflow.js comes later takes this
  // stub.
  const load = () => {
    if (!known || (window.userflow !== stub && typeof window.userflow.load === 'function')) return;
    const attributes = (known.library || '').includes('/es2020/') ? { type: 'module' } : undefined;
    tools.load(known.library, { attributes, onload: loaded });
  };

  /** @param {Widget} widget */
  const start = ({ settings: { token, ...settings } }) => {
    Object.entries(settings).forEach(([method, value]) => {
      // An older library may lack the method; one that disables something takes no value.
      if (!(window.userflow || stub)[method] || (value === false && method.startsWith('disable'))) return;
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
        if (company) call('group', company.id, company.attributes, { signature: company.signature });
      }
      load();
    },

    // Nothing to hand over: the signature does not expire.
    refresh() {},

    shutdown(widget, mayLoad) {
      known = widget;
      // What the application has set up stays; the other calls that wait are a user's.
      tools.emptyQueue(window.USERFLOWJS_QUEUE, ([method]) => settingUp.includes(method));
      // Whether that has held the `init` cannot be told; a second one is none to a library that has the first.
      started = false;
      if (mayLoad || window.userflow) call('reset');
      // Without `init` it shows nothing, so it can be loaded for the call alone.
      if (mayLoad) load();
    }
  };
}
