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

  /** @type {(method: string, ...args: any[]) => void} */
  const call = (method, ...args) => {
    window.gist = window.gist || stub();
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
      tools.emptyQueue(window.gist);
      // Only the library has `chat`. It is not loaded for a shutdown, because the names of its cookies are known.
      if (window.gist && typeof window.gist.chat === 'function') window.gist.chat('shutdown');
    }
  };
}
