tools => {
  const queue = () => window.$ujq = window.$ujq || [];
  // Whoever awaits it shall not take it for a promise.
  const stub = new Proxy({}, { get: (_, name) => name === 'then' ? undefined : (...args) => { queue().push([name, ...args]); } });

  const api = () => window.uj = window.uj || stub;

  // The library is told of the project once.
  let initialised = false;

  const initialise = ({ settings: { projectId, ...options } }) => {
    if (!initialised) api().init(projectId, options);
    initialised = true;
  };

  const forget = calls => {
    if (Array.isArray(calls)) calls.splice(0, calls.length, ...calls.filter(([method]) => method !== 'identify'));
  };

  const identify = token => api().identify({ token });

  return {
    boot(widget) {
      initialise(widget);
      if (widget.person) identify(widget.person.token);
      tools.load(widget.library, { type: 'module' });
    },

    refresh(widget, token) {
      if (widget.person && tools.alive()) identify(widget.person.token = token || widget.person.token);
    },

    shutdown(widget, load) {
      // What a slow library has not seen yet names somebody: it shall never see it.
      forget(window.$ujq);
      // Never loaded for this: it shows a launcher. Should it be loaded later, this comes first.
      if (load || window.uj) api().identify(null);
    }
  };
}
