/** @type {import('./types').Gate} */
(open, read) => {
  const idle = () => {
    if (typeof window.requestIdleCallback === 'function') window.requestIdleCallback(open);
    // WebKit has no `requestIdleCallback`.
    else setTimeout(open, 2000);
  };
  /** @type {(event: string, action: () => void) => void} */
  const once = (event, action) => read('addEventListener').call(window, event, action, { once: true });
  if (read('readyState') === 'complete') idle();
  else once('load', idle);
  once('widgetidentity:load', open);
}
