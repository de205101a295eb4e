/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  const stub = () => {
    /** @type {any} */
    const gist = [];
    ['trackPageView', 'identify', 'track', 'setAppId'].forEach(method => {
      gist[method] = (/** @type {any[]} */ ...args) => {
        gist.push([method, ...args]);
        return gist;
      };
    });
    return gist;
  };
  let started = false;

  const library = () => tools.global('gist');

  /** @type {(method: string, ...args: any[]) => void} */
  const call = (method, ...args) => {
    window.gist = library() || stub();
    window.gist[method](...args);
  };

  return {
    boot(widget) {
      if (!started) call('setAppId', widget.settings.appId);
      if (widget.person) {
        const { user_id: id, ...facts } = widget.person;
        call('identify', id, facts);
      }
      if (!started) call('trackPageView');
      started = true;
      tools.load(widget.library);
    },

    // The hash does not expire, so there is nothing to pass on.
    refresh() {},

    shutdown() {
      started = false;
      tools.emptyQueue(library());
      // Only the library has `chat`. It is not loaded for a shutdown, because the names of its cookies are known.
      if (library() && typeof library().chat === 'function') library().chat('shutdown');
    }
  };
}
