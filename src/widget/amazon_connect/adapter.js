/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  // The frame in which the chat is, and the other parts of the widget. All but the second are documented.
  const FRAME = 'amazon-connect-chat-widget-iframe';
  const PARTS = [
    FRAME,
    'amazon-connect-chat-widget',
    'amazon-connect-widget-frame',
    'amazon-connect-open-widget-button',
    'amazon-connect-close-widget-button'
  ];
  let alive = false;
  // The widget that is in the page, or will be: its number in this document. The library is run anew after a logout.
  let run = 0;
  let started = false;
  let loaded = false;

  /**
   * Keeps calls until the library comes, under the name that it looks for.
   * @param {any[]} args
   */
  const stub = (...args) => { (stub.ac = stub.ac || []).push(args); };
  /** @type {any[][] | undefined} */
  stub.ac = undefined;
  const isLoaded = () => loaded || (!!window.amazon_connect && window.amazon_connect !== stub);

  /** @param {string} id */
  const part = id => document.getElementById(id);

  // The chat ends, and what was said in it goes. The request that ends it comes out of the frame, which therefore stays for
  // some seconds, unseen and without the names by which the next widget would find it.
  /** @param {string} widgetId */
  const end = widgetId => {
    started = loaded = false;
    run += 1;
    try {
      /** @type {any} */
      const frame = part(FRAME);
      frame.contentWindow.connect.ChatSession.disconnect();
    } catch { /* no chat was opened */ }
    const parts = /** @type {HTMLElement[]} */ ([widgetId, ...PARTS].map(part).filter(Boolean));
    parts.forEach(element => {
      element.removeAttribute('id');
      element.style.display = 'none';
    });
    setTimeout(() => parts.forEach(element => element.remove()), 5000);
    stub.ac = undefined;
    window.amazon_connect = undefined;
  };

  /** @param {import('../../snippet/types').Widget} widget */
  const start = widget => {
    const { widgetId, ...fields } = widget.settings;
    const mine = run;
    started = true;
    window.amazon_connect = window.amazon_connect || stub;
    Object.keys(fields).forEach(field => window.amazon_connect(field, fields[field]));
    /** @param {(token: string) => void} callback */
    const authenticate = callback => { if (mine === run) tools.token('amazon-connect', callback); };
    window.amazon_connect('authenticate', authenticate);
    const onload = () => {
      if (mine !== run) return;
      loaded = true;
      if (!alive) end(widgetId);
    };
    // The same file at another address: it has to run again.
    tools.load(widget.library + (mine ? '#' + mine : ''), { id: widgetId, onload });
  };

  return {
    boot(widget) {
      // Without a token, no chat would start.
      alive = !!widget.person;
      if (alive && !started) start(widget);
    },

    // Nothing to hand over: the widget asks for a token when a chat starts.
    refresh() {},

    // Never loaded for this: what a chat leaves in the storage is removed.
    shutdown(widget) {
      alive = false;
      if (!started) return;
      if (isLoaded()) return end(widget.settings.widgetId);
      // A library that comes for nobody finds nothing to show.
      tools.emptyQueue(stub.ac);
      started = false;
    }
  };
}
