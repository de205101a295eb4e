/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  /**
   * @param {string} method
   * @param {any} options
   * @param {any} data
   */
  const stub = (method, options, data) => { stub.readyQueue.push({ method, options, data }); };
  /** @type {any[]} */
  stub.readyQueue = [];
  // Whether the library, or the queue that it will read, has the Beacon's id.
  let started = false;

  const isThere = () => typeof tools.global('Beacon') === 'function';

  /** @param {any[]} args */
  const call = (...args) => {
    if (!isThere()) window.Beacon = stub;
    window.Beacon(...args);
  };

  /** @param {Record<string, any>} settings */
  const start = ({ beaconId, ...config }) => {
    if (started) return;
    started = true;
    call('init', beaconId);
    if (Object.keys(config).length) call('config', config);
  };

  return {
    boot(widget) {
      start(widget.settings);
      if (widget.person) {
        const { facts, ...person } = widget.person;
        // The signed address and the name override every other fact.
        call('identify', { ...facts, ...person });
      }
      tools.load(widget.library);
    },

    // The signature does not expire, so there is nothing to pass on.
    refresh() {},

    shutdown(widget, load) {
      if (tools.emptyQueue(isThere() && window.Beacon.readyQueue)) started = false;
      if (load || isThere()) call('logout', { endActiveChat: true });
      // Without `init` the library shows nothing, so it can be loaded for this call alone.
      if (load) tools.load(widget.library);
    }
  };
}
