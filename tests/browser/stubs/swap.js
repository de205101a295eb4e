// Visits a page as Turbo Drive does: its head scripts run while the old body remains, and then the new body replaces
// it. It runs in the head and does not depend on the names of the body's elements.
(() => {
  'use strict';
  const head = Object.getOwnPropertyDescriptor(Document.prototype, 'head').get;
  const create = Document.prototype.createElement;

  window.swap = async path => {
    const headers = { 'X-Turbo-Request-Id': '1', Accept: 'text/html' };
    const answer = await fetch(location.origin + path, { headers });
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const inert = next.querySelector('script[data-widget]');
    if (inert) {
      const element = create.call(document, 'script');
      [...inert.attributes].forEach(({ name, value }) => element.setAttribute(name, value));
      element.textContent = inert.textContent;
      head.call(document).append(element);
    }
    document.body.replaceWith(next.body);
  };
})();
