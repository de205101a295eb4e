/** @type {import('../../snippet/types').AdapterFactory} */
tools => {
  // The frame that contains the chat, and the other parts of the widget. All but the second part are documented.
  const FRAME = 'amazon-connect-chat-widget-iframe';
  const PARTS = [
    FRAME,
    'amazon-connect-chat-widget',
    'amazon-connect-widget-frame',
    'amazon-connect-open-widget-button',
    'amazon-connect-close-widget-button'
  ];
  let alive = false;
  // The number of the current widget in this document. After a logout, the library runs again for the next one.
  let run = 0;
  let started = false;
  let loaded = false;

  /**
   * Queues calls until the library has loaded, under the name that the library looks for.
   * @param {any[]} args
   */
  const stub = (...args) => { (stub.ac = stub.ac || []).push(args); };
  /** @type {any[][] | undefined} */
  stub.ac = undefined;
  const library = () => tools.global('amazon_connect');
  const isLoaded = () => loaded || (!!library() && library() !== stub);

  /** @param {string} id */
  const part = id => tools.read('getElementById').call(document, id);

  // Ends the chat and removes it from the page. The frame sends the request that ends the chat, so it stays for some
  // seconds, invisible and without the ids by which the next widget would find it.
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
    window.amazon_connect = library() || stub;
    Object.keys(fields).forEach(field => window.amazon_connect(field, fields[field]));
    /** @param {(token: string) => void} callback */
    const authenticate = callback => { if (mine === run) tools.token('amazon-connect', callback); };
    window.amazon_connect('authenticate', authenticate);
    const onload = () => {
      if (mine !== run) return;
      loaded = true;
      if (!alive) end(widgetId);
    };
    // The same file must run again, so it needs another address.
    tools.load(widget.library + (mine ? '#' + mine : ''), { id: widgetId, onload });
  };

  return {
    boot(widget) {
      // Without a token, the library would not start a chat.
      alive = !!widget.person;
      if (alive && !started) start(widget);
    },

    // The widget asks for a token when a chat starts, so there is nothing to pass on.
    refresh() {},

    // The library is not loaded for a shutdown: the runtime removes what a chat leaves in the storage.
    shutdown(widget) {
      alive = false;
      if (!started) return;
      if (isLoaded()) return end(widget.settings.widgetId);
      // A library that loads after the shutdown must find nothing to show.
      tools.emptyQueue(stub.ac);
      started = false;
    }
  };
}
