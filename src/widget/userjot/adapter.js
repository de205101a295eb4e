/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  const queue = () => window.$ujq = tools.global('$ujq') || [];
  // `then` is undefined, so that an `await` does not take the stub for a promise.
  const stub = new Proxy({}, {
    get: (_, name) => name === 'then' ? undefined : (/** @type {any[]} */ ...args) => { queue().push([name, ...args]); }
  });

  const api = () => window.uj = tools.global('uj') || stub;

  // Whether `init` was called: the library accepts the project once.
  let initialised = false;

  /** @param {Record<string, any>} settings */
  const initialise = ({ projectId, ...options }) => {
    if (!initialised) api().init(projectId, options);
    initialised = true;
  };

  /** @param {string} token */
  const identify = token => api().identify({ token });

  return {
    boot(widget) {
      initialise(widget.settings);
      if (widget.person) identify(widget.person.token);
      tools.load(widget.library, { attributes: { type: 'module' } });
    },

    refresh(widget, token) {
      tools.renew(widget, token, identify);
    },

    shutdown(widget, load) {
      tools.emptyQueue(tools.global('$ujq'), ([method]) => method !== 'identify');
      // The library is not loaded for a shutdown, because it would show a launcher. The queued call runs first if it
      // loads later.
      if (load || tools.global('uj')) api().logout();
    }
  };
}
