/** @type {import('./types').ElementCode} */
(constants, start) => {
  /**
   * Reads the document's own member. An element's name shadows `document.cookie`, but not the prototype's member:
   * <https://html.spec.whatwg.org/multipage/dom.html#dom-document-nameditem>.
   * @type {(name: string) => any}
   */
  const read = name => Reflect.get(Document.prototype, name, document);

  const script = read('currentScript');
  // An attacker who injects this element as markup usually gets it into the body.
  if (!script || !script.dataset.widget || script.parentNode !== read('head')) return;
  const page = JSON.parse(script.dataset.widget);
  // Restores the DOM that the application wrote, and removes the token from it.
  script.remove();
  // The markup of `about:srcdoc` comes from the page that contains the frame.
  if (!location.protocol.startsWith('http') || (top !== window && !constants.iframes)) return;
  // Turbo Drive runs the element again on each visit, so one runtime serves all visits. An element with this id is not an
  // own property.
  const running = Object.getOwnPropertyDescriptor(window, 'widgetIdentity');
  // The parser meets our element first, so a second one in the same document is injected markup.
  if (running) return read('readyState') === 'loading' || running.value.visit(page);
  start(page, read);
}
