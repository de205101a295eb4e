/** @type {import('./types').Loader} */
(path, page, read, opened) => {
  const RETRY_MS = 2000;
  const LONGEST_RETRY_MS = 60000;
  /** @type {(value?: any) => void} */
  let start;
  const started = new Promise(resolve => { start = resolve; });

  Object.defineProperty(window, 'widgetIdentity', {
    configurable: true,
    value: {
      /** @param {import('./types').PageData} next */
      visit: next => { page = next; },
      refresh: () => started.then(() => /** @type {any} */ (window.widgetIdentity).refresh()),
      identified: () => false,
      /** @param {import('./types').Code} code */
      run: code => start(code(page, read, opened))
    }
  });

  /** @param {number} wait */
  const load = wait => {
    /** @type {HTMLScriptElement} */
    const script = read('createElement').call(document, 'script');
    script.src = location.origin + path;
    // During a deployment, an instance of the other version may have got the request.
    script.onerror = () => { if (wait <= LONGEST_RETRY_MS) setTimeout(load, wait, wait * 4); };
    read('head').append(script);
    // The script runs all the same, and the application's own scripts find the DOM that the application wrote.
    script.remove();
  };
  load(RETRY_MS);
}
