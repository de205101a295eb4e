/** @type {import('./types').Loader} */
(path, opened) => (read, page) => {
  const RETRY_MS = 2000;
  const LONGEST_RETRY_MS = 60000;
  // A frame takes some time from its callbacks to the screen.
  const PAINT_MS = 100;
  /**
   * Who waits for `refresh` until the code arrives.
   * @type {((done: Promise<void>) => void)[]}
   */
  const asked = [];

  /** @param {number} wait */
  const load = wait => {
    /** @type {HTMLScriptElement} */
    const script = read('createElement').call(document, 'script');
    script.src = location.origin + path;
    // During a deployment, an instance of the other version may have got the request.
    script.onerror = () => { if (wait < LONGEST_RETRY_MS) setTimeout(load, wait, wait * 4); };
    read('head').append(script);
    // The script runs all the same, and the application's own scripts find the DOM that the application wrote.
    script.remove();
  };

  // The runtime replaces this object.
  window.widgetIdentity = {
    visit: next => { page = next; },
    refresh: () => new Promise(resolve => asked.push(resolve)),
    identified: () => false,
    run: code => code(read, page, opened, asked)
  };
  // The code waits for the first paint, and on a page that no one sees until it is shown.
  requestAnimationFrame(() => setTimeout(load, PAINT_MS, RETRY_MS));
}
