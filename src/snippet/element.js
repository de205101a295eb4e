/** @type {import('./types').ElementCode} */
(isAllowedFrame, start) => {
  /**
   * Reads the document's own member. An element's name shadows `document.cookie`, but not the prototype's member:
   * <https://html.spec.whatwg.org/multipage/dom.html#dom-document-nameditem>.
   * @type {(name: string) => any}
   */
  const read = name => Reflect.get(Document.prototype, name, document);

  const script = read('currentScript');
  // An attacker who injects this element as markup usually gets it into the body.
  const data = script && script.parentNode === read('head') && script.dataset.widget;
  if (!data) return;
  // Restores the DOM that the application wrote, and removes the token from it.
  script.remove();
  // The markup of `about:srcdoc`, which has no host, comes from the page that contains the frame.
  if (!location.host || !isAllowedFrame) return;
  const page = JSON.parse(data);
  // Turbo Drive runs the element again on each visit, so one runtime serves all visits. An element with this id is not an
  // own property.
  const running = Object.getOwnPropertyDescriptor(window, 'widgetIdentity');
  // The parser meets our element first, so a second one in the same document is injected markup.
  if (running) return read('readyState') === 'loading' || running.value.visit(page);
  start(read, page);
}
