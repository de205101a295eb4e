/** @type {import('./types').Gate} */
(open, on, read) => {
  const idle = () => {
    if (typeof window.requestIdleCallback === 'function') window.requestIdleCallback(open);
    // WebKit has no `requestIdleCallback`.
    else setTimeout(open, 2000);
  };
  if (read('readyState') === 'complete') idle();
  else on(window, 'load', idle, true);
  on(window, 'widgetidentity:load', open, true);
}
